package io.iworx.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigTest {

  @Test
  void readsEverything(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("secret"), Minted.SECRET + "\n");
    var file =
        Files.writeString(
            folder.resolve("iworx.yaml"),
            """
            gateway: {host: 0.0.0.0, port: 9090}
            cors: {origins: ["http://localhost:*", "https://app.example.com"]}
            auth:
              hs256-secret-file: secret
              jwks: https://example.com/keys
              issuer: us
              audience: them
              claims: {organization: org, cross-project-access: cross, role: r, service: s}
              service-roles: [service_role, robot]
              clock-skew: 5s
            limits:
              max-request-body: unlimited
              max-header: 8KiB
              max-uri: 2KiB
              max-connections: 5
              header-timeout: 1s
              body-timeout: 2s
              min-body-rate: 100
              idle-timeout: 3m
              connect-timeout: 500ms
              drain-timeout: 1h
            routes:
              - service: assets
                target: https://x.supabase.co/functions/v1/asset-service
                public: true
                keep-prefix: true
                timeout: 7s
                forward-authorization: false
                health: /health
                protocol: http/2
                connections: {max: 10, pending: 20}
                ejection: {after: 3, for: 2s, slow-start: 0s}
                retries: {attempts: 2, budget: 10%, attempt-timeout: 500ms}
              - service: people
                targets: [http://127.0.0.1:1, http://127.0.0.1:2]
            """);

    var config = GatewayConfig.load(file);

    assertThat(config.host()).isEqualTo("0.0.0.0");
    assertThat(config.port()).isEqualTo(9090);
    assertThat(config.cors().origins()).hasSize(2);
    assertThat(config.auth())
        .isEqualTo(
            Auth.hs256(Minted.SECRET)
                .withJwks(URI.create("https://example.com/keys"))
                .withIssuer("us")
                .withAudience("them")
                .withClaims(new Auth.Claims("org", "cross", "r", "s"))
                .withServiceRoles(Set.of("service_role", "robot"))
                .withClockSkew(Duration.ofSeconds(5)));
    assertThat(config.auth().toString()).doesNotContain(Minted.SECRET);
    assertThat(config.limits().maxRequestBody()).isEqualTo(Long.MAX_VALUE);
    assertThat(config.limits().minBodyRate()).isEqualTo(100);
    assertThat(config.limits().drainTimeout()).isEqualTo(Duration.ofHours(1));
    assertThat(config.routes().getFirst())
        .isEqualTo(
            Route.of("assets", URI.create("https://x.supabase.co/functions/v1/asset-service"))
                .withPublicAccess(true)
                .withKeepPrefix(true)
                .withTimeout(Duration.ofSeconds(7))
                .withForwardAuthorization(false)
                .withHealth("/health")
                .withUpstream(
                    new UpstreamOptions(
                        UpstreamOptions.Protocol.HTTP_2,
                        10,
                        20,
                        3,
                        Duration.ofSeconds(2),
                        Duration.ZERO))
                .withRetries(new RetryOptions(2, 10, Duration.ofMillis(500))));
    assertThat(config.routes().getLast())
        .isEqualTo(
            Route.of("people", null)
                .withTargets(
                    List.of(URI.create("http://127.0.0.1:1"), URI.create("http://127.0.0.1:2"))));
  }

  @Test
  void givesTargetsToServices() {
    var config = GatewayConfig.parse("routes: [{service: assets}, {service: people}]", "text");
    var target = URI.create("http://127.0.0.1:1");
    var routes = config.withTargets(Map.of("people", target)).routes();
    assertThat(routes.getFirst().targets()).isEmpty();
    assertThat(routes.getLast().targets()).containsExactly(target);
    assertThatThrownBy(() -> config.withTargets(Map.of("other", target)))
        .hasMessageContaining("no route for other");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          routs: []                                        | 1 | routs                | not known here
          gateway: {port: 99999}                           | 1 | gateway.port         | 0 to 65535
          gateway: {port: eighty}                          | 1 | gateway.port         | whole number
          gateway: {trusted-proxies: [localhost]}          | 1 | gateway.trusted-proxies | 10.0.0.0/8
          gateway: 8080                                    | 1 | gateway              | must hold keys
          cors: {origins: ["*.example.com"]}               | 1 | cors.origins         | must be origins
          cors: {origins: http://a}                        | 1 | cors.origins         | must be a list
          auth: {hs256-secret-file: nowhere}               | 1 | auth.hs256-secret-file | cannot be read
          auth: {clock-skew: 1h}                           | 1 | auth.clock-skew      | between 0s and 5m
          auth: {jwks: "file:/etc/passwd"}                 | 1 | auth.jwks            | http:// or https://
          limits: {idle-timeout: soon}                     | 1 | limits.idle-timeout  | duration
          limits: {max-request-body: 10MB}                 | 1 | limits.max-request-body | size
          limits: {max-uri: 1B}                            | 1 | limits               | max-uri
          tls: {trusted-certificates: nowhere.pem}         | 1 | tls.trusted-certificates | cannot be read
          routes: [{target: "http://a"}]                   | 1 | routes[0].service    | is missing
          routes: [{service: a}, {service: a}]             | 1 | routes[1].service    | already
          routes: [{service: A}]                           | 1 | routes[0].service    | lower-case
          routes: [{service: health}]                      | 1 | routes[0].service    | health
          routes: [{service: a, target: "ftp://a"}]        | 1 | routes[0].target     | http:// or https://
          routes: [{service: a, target: "http://"}]        | 1 | routes[0].target     | URL
          routes: [{service: a, target: "http://u:p@a"}]   | 1 | routes[0].target     | no user
          routes: [{service: a, target: "http://a/?q"}]    | 1 | routes[0].target     | query
          routes: [{service: a, target: "http://${A}"}]    | 1 | routes[0].target     | URL
          routes: [{service: a, target: "http://#{1}"}]    | 1 | routes[0].target     | URL
          routes: [{service: a, target: "http://a/../b"}]  | 1 | routes[0].target     | plain path
          routes: [{service: a, target: "http://a%0d%0a"}] | 1 | routes[0].target     | host
          routes: [{service: a, timeout: 0s}]              | 1 | routes[0].timeout    | longer than 0
          routes: [{service: a, public: yes}]              | 1 | routes[0].public     | true or false
          routes: [{service: a, health: health}]           | 1 | routes[0].health     | plain path
          routes: [{service: a, target: "http://a", targets: ["http://b"]}] | 1 | routes[0].target | keep one
          routes: [{service: a, targets: ["http://a", "http://a"]}] | 1 | routes[0].targets | twice
          routes: [{service: a, targets: ["a"]}]           | 1 | routes[0].targets    | http:// or https://
          routes: [{service: a, connections: {max: 0}}]    | 1 | routes[0].connections | max must be
          routes: [{service: a, connections: {most: 1}}]   | 1 | routes[0].connections.most | not known
          routes: [{service: a, protocol: h2c}]            | 1 | routes[0].protocol   | http/1.1 or http/2
          routes: [{service: a, ejection: {after: -1}}]    | 1 | routes[0].ejection   | after must be
          routes: [{service: a, ejection: {for: 2h}}]      | 1 | routes[0].ejection   | at most an hour
          routes: [{service: a, retries: {attempts: 99}}]  | 1 | routes[0].retries    | 1 to 10
          routes: [{service: a, retries: {budget: a lot}}] | 1 | routes[0].retries.budget | whole number
          routes: [{service: a, retries: {budget: 101%}}]  | 1 | routes[0].retries    | 0 to 100
          routes: {a: b}                                   | 1 | routes               | must be a list
          routes: [a]                                      | 1 | routes[0]            | must hold keys
          """)
  void namesLineAndKeyOfWhatIsWrong(String yaml, int line, String key, String sentence) {
    for (int above = 0; above < 2; above++) {
      var text = "# a comment\n".repeat(above) + yaml;
      var error =
          catchThrowableOfType(
              ConfigException.class, () -> GatewayConfig.parse(text, "iworx.yaml"));
      assertThat(error).isNotNull().hasMessageContaining(sentence);
      assertThat(error.key()).isEqualTo(key);
      assertThat(error.line()).isEqualTo(line + above);
      assertThat(error).hasMessageStartingWith("iworx.yaml:" + (line + above) + ": " + key + " ");
    }
  }

  @Test
  void refusesWhatIsNoConfiguration(@TempDir Path folder) throws Exception {
    assertThatThrownBy(() -> GatewayConfig.parse("", "a.yaml")).hasMessageContaining("empty");
    assertThatThrownBy(() -> GatewayConfig.parse("routes: [", "a.yaml"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("not valid YAML");
    assertThatThrownBy(() -> GatewayConfig.parse("routes: []\nroutes: []", "a.yaml"))
        .hasMessageContaining("a.yaml:2: routes is there twice");
    assertThatThrownBy(() -> GatewayConfig.parse("routes: []\n---\nroutes: []", "a.yaml"))
        .hasMessageContaining("second document");
    assertThatThrownBy(() -> GatewayConfig.load(folder.resolve("none.yaml")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("no such file");
    Files.writeString(folder.resolve("short"), "too short");
    Files.writeString(folder.resolve("a.yaml"), "auth: {hs256-secret-file: short}");
    assertThatThrownBy(() -> GatewayConfig.load(folder.resolve("a.yaml")))
        .hasMessageContaining("auth.hs256-secret-file")
        .hasMessageContaining("32 bytes")
        .hasMessageNotContaining("too short\"");
  }
}
