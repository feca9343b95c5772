package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a call lets onto the wire. */
class CallTest {
  private static final ResponseType<Void> NOTHING = ResponseType.of(Void.class);

  private static Call<Void> get(String path) {
    return Call.get(path, NOTHING);
  }

  @ParameterizedTest
  @CsvSource({
    "/assets,/assets",
    "/assets/,/assets/",
    "/assets/1?x=y&z=%20,/assets/1?x=y&z=%20",
    "/assets?q=a/b?c:d@e,/assets?q=a/b?c:d@e",
    "/assets/a b,/assets/a%20b",
    "/assets/pümp,/assets/p%C3%BCmp",
    "/assets/😀,/assets/%F0%9F%98%80",
    "/assets?q=\"<x>|^`{}[],/assets?q=%22%3Cx%3E%7C%5E%60%7B%7D%5B%5D",
    "/assets/...,/assets/...",
    "/assets/.hidden,/assets/.hidden",
    "/assets/a..b,/assets/a..b",
    "/assets?q=../..,/assets?q=../..",
    "/assets?note=a%0D%0Ab,/assets?note=a%0D%0Ab",
  })
  void encodesWhatAUrlCannotHoldAndLeavesTheRestAlone(String path, String onTheWire) {
    assertThat(get(path).path()).isEqualTo(onTheWire);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "/?x=1",
        "assets",
        "?x=1",
        "http://evil.example/assets",
        "//evil.example/assets",
        "/assets//1",
        "/assets/1#fragment",
        "/assets\\1",
        "/assets/1\r\nx-user-id: admin",
        "/assets/1?x=\r\ny",
        "/assets/1\n",
        "/assets/\u0000",
        "/assets/\u0085",
        "/assets/\u001b[31m",
        "/assets/%",
        "/assets/%2",
        "/assets/%zz",
        "/assets?x=%",
        "/assets/\ud800",
        "/assets/%00",
        "/assets/%0d%0a",
        "/assets/%250d"
      })
  void refusesWhatCouldBeReadAsSomethingElse(String path) {
    assertThatThrownBy(() -> get(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("The path ")
        .message()
        .matches("\\P{Cntrl}*");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/..",
        "/assets/..",
        "/assets/../people",
        "/assets/./1",
        "/assets/.",
        "/assets/%2e%2e/people",
        "/assets/%2E./people",
        "/assets/%252e%252e/people",
        "/assets/..;x=1/people",
        "/assets/..%2fpeople",
        "/assets/..%5cpeople",
        "/assets/a%2f..%2fb"
      })
  void refusesDotSegmentsInAnyEncoding(String path) {
    assertThatThrownBy(() -> get(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dot segment");
  }

  @ParameterizedTest
  @CsvSource({
    "1,/assets/1/history",
    "a/b,/assets/a%2Fb/history",
    "a?b#c,/assets/a%3Fb%23c/history",
    "50%,/assets/50%25/history",
    "ü,/assets/%C3%BC/history"
  })
  void valuesFillOneSegmentOfAPath(String value, String path) {
    assertThat(get(Call.path("/assets/{}/history", value)).path()).isEqualTo(path);
  }

  @Test
  void valuesFillAQueryToo() {
    assertThat(Call.path("/assets?name={}&page={}", "a&b=c", 2))
        .isEqualTo("/assets?name=a%26b%3Dc&page=2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a/../b", "../people", "%2e%2e", "a\r\nb", "\u0000"})
  void valuesCannotLeaveTheirSegment(String value) {
    assertThatThrownBy(() -> get(Call.path("/assets/{}/history", value)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void templatesAndValuesMustMatch() {
    assertThatThrownBy(() -> Call.path("/assets/{}", "1", "2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("The path /assets/{} has 1 places {} for 2 values.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "authorization",
        "Authorization",
        "apikey",
        "x-user-id",
        "X-Organization-Id",
        "x-attempt",
        "x-cross-project-access",
        "x-correlation-id",
        "x-iworx-identity",
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "idempotency-key",
        "expect",
        "",
        "a b",
        "a\r\nb",
        "a:b"
      })
  void refusesHeadersThatAreTheClientsOwnOrNone(String name) {
    assertThatThrownBy(() -> get("/assets").withHeader(name, "x"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " x", "x ", "a\r\nb: c", "a\nb", "a\u0000", "ü", "\u001b[0m"})
  void refusesHeaderValuesThatAreNoSingleLine(String value) {
    assertThatThrownBy(() -> get("/assets").withHeader("x-own", value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("header x-own");
  }

  @Test
  void headersAreKeptInLowerCase() {
    assertThat(get("/assets").withHeader("If-Match", "\"1\"").headers())
        .isEqualTo(Map.of("if-match", "\"1\""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\r\nb", "ü"})
  void refusesKeysThatAreNoToken(String key) {
    assertThatThrownBy(() -> get("/assets").withIdempotencyKey(key))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesTimeoutsThatAreNotPositiveAndReadsWithABody() {
    assertThatThrownBy(() -> get("/assets").withTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> new Call<>(Call.Method.GET, "/assets", "body", NOTHING, null, null, Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void showsNeitherQueryNorBody() {
    assertThat(Call.post("/assets?token=secret", "secret", NOTHING)).hasToString("POST /assets");
  }
}
