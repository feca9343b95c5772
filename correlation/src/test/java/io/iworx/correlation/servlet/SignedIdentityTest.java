package io.iworx.correlation.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Identity;
import io.iworx.correlation.IdentityToken;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A service that believes the gateway's signature alone, in a real Jetty 12. */
class SignedIdentityTest {
  private static final KeyPair OLD = keys();
  private static final KeyPair NEW = keys();
  private static final KeyPair FOREIGN = keys();
  private static final List<Correlation> SEEN = new CopyOnWriteArrayList<>();
  private static final Server SERVER = new Server();
  private static final ServerConnector CONNECTOR = new ServerConnector(SERVER);
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static KeyPair keys() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeAll
  static void start() throws Exception {
    CONNECTOR.setHost("127.0.0.1");
    SERVER.addConnector(CONNECTOR);
    var context = new ServletContextHandler();
    var filter =
        CorrelationFilter.trusting(List.of("assets"), List.of(OLD.getPublic(), NEW.getPublic()));
    context.addFilter(new FilterHolder(filter), "/*", EnumSet.of(DispatcherType.REQUEST));
    context.addServlet(
        new ServletHolder(
            new HttpServlet() {
              @Override
              protected void doGet(HttpServletRequest request, HttpServletResponse response) {
                SEEN.add(CorrelationFilter.getOrCreate(request));
              }
            }),
        "/*");
    SERVER.setHandler(context);
    SERVER.start();
  }

  @AfterAll
  static void stop() throws Exception {
    CLIENT.close();
    SERVER.stop();
  }

  @BeforeEach
  void forget() {
    SEEN.clear();
  }

  private static int get(String... headers) throws Exception {
    var address = URI.create("http://127.0.0.1:" + CONNECTOR.getLocalPort());
    var request = HttpRequest.newBuilder(address).header("x-user-id", "eve");
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private static String signed(String service, Instant expires, KeyPair keys) {
    return new IdentityToken(service, Identity.of("ada", "acme"), "inventory", expires)
        .sign(keys.getPrivate());
  }

  private static Instant soon() {
    return Clock.systemUTC().instant().plusSeconds(60);
  }

  @Test
  void whatIsSignedIsBelievedAndNothingElse() throws Exception {
    for (var keys : List.of(OLD, NEW, NEW)) {
      var token = signed("assets", soon(), keys);
      assertThat(get(IdentityToken.HEADER, token, "x-correlation-id", "c-1")).isEqualTo(200);
      assertThat(SEEN.getLast().identity()).isEqualTo(Identity.of("ada", "acme"));
      assertThat(SEEN.getLast().callingService()).isEqualTo("inventory");
      assertThat(SEEN.getLast().correlationId()).isEqualTo("c-1");
    }
    assertThat(get("x-organization-id", "acme", "x-calling-service", "inventory")).isEqualTo(200);
    assertThat(SEEN.getLast().identity()).isEqualTo(Identity.NONE);
    assertThat(SEEN.getLast().callingService()).isNull();
  }

  @Test
  void whatIsForgedElsewhereOrOldIsRefused() throws Exception {
    var now = Clock.systemUTC().instant();
    for (var token :
        List.of(
            signed("assets", soon(), FOREIGN),
            signed("people", soon(), OLD),
            signed("assets", now.minusSeconds(31), OLD),
            "a.b.c",
            "")) {
      assertThat(get(IdentityToken.HEADER, token)).isEqualTo(401);
    }
    var good = signed("assets", soon(), OLD);
    assertThat(get(IdentityToken.HEADER, good, IdentityToken.HEADER, good)).isEqualTo(401);
    assertThat(SEEN).isEmpty();
  }
}
