package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.iworx.correlation.Correlation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Identity, origin and correlation that callers make up: nothing of it arrives, or the log. */
final class SpoofingTest {
  private static final ByteLog upstream = new ByteLog();
  private static Gateway gateway;

  @BeforeAll
  static void start() {
    gateway =
        Gateway.start(
            GatewayConfig.of(
                    List.of(
                        Route.of("open", upstream.url()).withPublicAccess(true),
                        Route.of("assets", upstream.url())))
                .withPort(0)
                .withAuth(Auth.hs256(Minted.SECRET)),
            new HopList());
  }

  @AfterAll
  static void stop() throws Exception {
    gateway.close();
    upstream.close();
  }

  private static RawClient.Answer get(String path, String headers) throws Exception {
    return RawClient.ask(
        gateway,
        "GET " + path + " HTTP/1.1\r\nHost: g\r\nConnection: close\r\n" + headers + "\r\n");
  }

  /** Each name as some server somewhere reads it: as a variable, in any case, with odd signs. */
  private static List<String> spellings(String name) {
    var spellings = new ArrayList<String>();
    for (var sign :
        List.of("-", "_", ".", "!", "#", "$", "%", "&", "'", "*", "+", "^", "`", "|", "~")) {
      var spelled = name.replace("-", sign);
      spellings.add(spelled);
      spellings.add(spelled.toUpperCase(Locale.ROOT));
    }
    spellings.add(name.replaceFirst("-", "_"));
    spellings.add(name.replaceFirst("-", "."));
    return spellings;
  }

  @Test
  void noSpellingOfAnIdentityHeaderArrives() throws Exception {
    var user = "Authorization: Bearer " + Minted.user("u-1", "o-1") + "\r\n";
    for (var name :
        List.of(
            "x-user-id",
            "x-organization-id",
            "x-cross-project-access",
            "x-calling-service",
            "x-causation-id",
            "x-attempt",
            "x-iworx-identity",
            "x-request-deadline-ms",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-real-ip",
            "x-original-url")) {
      var lines = new StringBuilder();
      spellings(name).forEach(it -> lines.append(it).append(": EVIL\r\n"));
      for (var token : List.of(user, "")) {
        upstream.forget();
        assertThat(get("/api/open", lines + token).status()).isEqualTo(200);
        assertThat(upstream.bytes()).doesNotContain("EVIL");
        assertThat(upstream.seen().getFirst().all("x-user-id"))
            .isEqualTo(token.isEmpty() ? List.of() : List.of("u-1"));
      }
    }
    assertThat(upstream.anomalies()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x-user-\u00efd: EVIL",
        "x\u2010user\u2010id: EVIL",
        "x-user-id : EVIL",
        "x-user-id\u0000: EVIL",
        "x-user-id\u00a0: EVIL",
        "x user id: EVIL",
        " x-user-id: EVIL",
        "a: b\r\n x-user-id: EVIL",
        "a: b\nx-user-id: EVIL",
        "a: b\rx-user-id: EVIL",
        "a: b\u0085x-user-id: EVIL\u0000",
      })
  void whatOnlyLooksLikeAnIdentityHeaderIsRefused(String line) throws Exception {
    upstream.forget();
    assertThat(get("/api/open", line + "\r\n").status()).isEqualTo(400);
    assertThat(upstream.bytes()).doesNotContain("EVIL");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/assets?access_token=%s",
        "/api/assets?token=%s",
        "/api/assets?authorization=Bearer%%20%s",
        "/api/assets?apikey=%s&jwt=%1$s",
      })
  void aTokenInTheQueryProvesNothing(String target) throws Exception {
    upstream.forget();
    var asked = target.formatted(Minted.user("u", "o"));
    assertThat(get(asked, "").status()).isEqualTo(401);
    assertThat(get(asked, "Cookie: token=" + Minted.user("u", "o") + "\r\n").status())
        .isEqualTo(401);
    assertThat(upstream.seen()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a%0d%0aEVIL",
        "EVIL\u00e9",
        "EVIL \"quoted\"",
        "${jndi:ldap://EVIL}",
        "#{EVIL}",
        "<script>EVIL</script>",
        "EVIL;ls",
        "../EVIL",
        "EVIL,EVIL",
      })
  void aMadeUpCorrelationIdIsReplacedAndEveryEventIsOneLineOfTheLog(String id) throws Exception {
    var log = (Logger) LoggerFactory.getLogger("io.iworx.gateway.access");
    var lines = new ListAppender<ILoggingEvent>();
    lines.start();
    log.setLevel(Level.INFO);
    log.addAppender(lines);
    try {
      upstream.forget();
      var given = get("/api/open", "x-correlation-id: " + id + "\r\n").header("x-correlation-id");
      assertThat(Correlation.accepts(given)).isTrue();
      assertThat(given).doesNotContain("EVIL");
      assertThat(upstream.seen().getFirst().all("x-correlation-id")).containsExactly(given);
    } finally {
      await().until(() -> !lines.list.isEmpty());
      log.detachAppender(lines);
      log.setLevel(null);
    }
    assertThat(lines.list).hasSize(1);
    var line =
        lines.list.getFirst().getFormattedMessage() + lines.list.getFirst().getKeyValuePairs();
    assertThat(line).doesNotContain("EVIL").doesNotContain("\n", "\r", "\u001b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "#{T(java.lang.Runtime).getRuntime()}",
        "${jndi:ldap://x}",
        "file:///etc/passwd",
        "jar:file:/a.jar!/b",
        "gopher://127.0.0.1",
        "http://a/${x}",
        "http://a/#{x}",
        "http://a/%0d%0ab",
        "http://a/b?c",
        "http://user@a/",
        "http://a/../b",
        "//a/b",
      })
  void aConfigurationIsNeverEvaluated(String target) {
    var yaml = "routes: [{service: a, target: \"%s\"}]".formatted(target);
    assertThatThrownBy(() -> GatewayConfig.parse(yaml, "x.yaml"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("x.yaml:1");
  }
}
