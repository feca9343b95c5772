package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings are checked once, when they are made. */
class ClientSettingsTest {
  private static final ClientSettings SETTINGS =
      ClientSettings.of(URI.create("http://localhost:8080"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost:8080",
        "ftp://localhost",
        "/api",
        "http:///api",
        "http://user:secret@localhost",
        "http://localhost?x=1",
        "http://localhost#x"
      })
  void refusesWhatIsNoBaseUrl(String gateway) {
    assertThatThrownBy(() -> ClientSettings.of(URI.create(gateway)))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("secret");
  }

  @Test
  void refusesLimitsThatAreNone() {
    assertThatThrownBy(() -> SETTINGS.withTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SETTINGS.withConnectTimeout(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SETTINGS.withMaxResponseBytes(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SETTINGS.withMaxConnections(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SETTINGS.withApiKey("a\r\nb"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void hasTimeoutsAndLimitsByDefault() {
    assertThat(SETTINGS.connectTimeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(SETTINGS.timeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(SETTINGS.maxResponseBytes()).isEqualTo(10 * 1024 * 1024);
    assertThat(SETTINGS.maxConnections()).isEqualTo(64);
  }

  @Test
  void copiesDifferInOneComponent() {
    Credentials credentials = () -> "token";
    var all =
        SETTINGS
            .withCredentials(credentials)
            .withApiKey("anon")
            .withConnectTimeout(Duration.ofSeconds(1))
            .withTimeout(Duration.ofSeconds(3))
            .withMaxResponseBytes(5)
            .withMaxConnections(7);
    assertThat(all)
        .isEqualTo(
            new ClientSettings(
                SETTINGS.gateway(),
                credentials,
                "anon",
                Duration.ofSeconds(1),
                Duration.ofSeconds(3),
                5,
                7));
  }

  @Test
  void showsNoSecrets() {
    assertThat(SETTINGS.withApiKey("anon-key").withCredentials(() -> "token").toString())
        .contains("http://localhost:8080")
        .doesNotContain("anon-key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\r\nb", "a/b", "ü"})
  void aServiceNameMustFitIntoAHeader(String name) {
    assertThatThrownBy(() -> ServiceClient.create(name, SETTINGS))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
