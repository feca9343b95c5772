package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PathTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/public/../admin",
        "/a/./b",
        "/..",
        "/a/..",
        "/%2e%2e/a",
        "/a/%2E%2e",
        "/a/.%2e/b",
        "/a%2fb",
        "/a%2Fb",
        "/a%5cb",
        "/a\\b",
        "//a",
        "/a//b",
        "/a;b",
        "/a%3bb",
        "/a%00",
        "/a%0d%0ab",
        "/a%7f",
        "/a%252e%252e",
        "/a%252fb",
        "/a%2500",
        "/a%2561",
        "/a%25%32%66b",
        "/a%25%36%31",
        "/a%",
        "/a%2",
        "/a%zz",
        "/a%c0%ae",
        "/a%ff",
        "/a%ed%a0%80",
        "/a\"b",
        "/a<b",
        "/a#b",
        "/a?b#c",
        "/a?b\u00e9",
        "a",
        "",
        "?x",
      })
  void refusesWhatServersReadDifferently(String target) {
    assertThat(RequestPath.of(target)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "/api/assets, /api/assets",
    "/api/assets/, /api/assets/",
    "/%61pi/%41ssets, /api/Assets",
    "/a%2db%5fc%7e%2e, /a-b_c~.",
    "/a%c3%a9, /a%C3%A9",
    "/a%20b, /a%20b",
    "/a.b/..c/...., /a.b/..c/....",
    "/a%25b, /a%25b",
    "/A/b@c:d=e!f, /A/b@c:d=e!f",
    "/, /",
  })
  void hasOneForm(String target, String path) {
    assertThat(RequestPath.of(target)).isEqualTo(new RequestPath(path, null));
    assertThat(RequestPath.of(path)).isEqualTo(new RequestPath(path, null));
    assertThat(RequestPath.of(target + "?a=%2f..//&b[]=1"))
        .isEqualTo(new RequestPath(path, "a=%2f..//&b[]=1"));
  }
}
