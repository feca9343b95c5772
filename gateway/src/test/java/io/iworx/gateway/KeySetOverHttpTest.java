package io.iworx.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens signed with a key from an address: the whole way, over real sockets. */
class KeySetOverHttpTest {
  private final RecordingUpstream upstream = new RecordingUpstream();
  private final AtomicInteger fetches = new AtomicInteger();
  private volatile int status = 200;
  private volatile String keys = "";
  private HttpServer issuer;
  private final List<Gateway> started = new ArrayList<>();
  private ECKey key;

  @BeforeEach
  void start() throws Exception {
    key = new ECKeyGenerator(Curve.P_256).keyID("k-1").generate();
    keys = "{\"keys\":[" + key.toPublicJWK() + "]}";
    issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    issuer.createContext(
        "/keys",
        exchange -> {
          fetches.incrementAndGet();
          var body = keys.getBytes(UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    issuer.start();
  }

  /** Keys are fetched from the start on, so this comes after the address has its answer. */
  private Gateway startGateway() {
    var address = URI.create("http://127.0.0.1:" + issuer.getAddress().getPort() + "/keys");
    var gateway =
        Gateway.start(
            GatewayConfig.of(List.of(Route.of("assets", upstream.url())))
                .withPort(0)
                .withAuth(Auth.NONE.withJwks(address)),
            new HopList());
    started.add(gateway);
    return gateway;
  }

  @AfterEach
  void stop() throws Exception {
    started.forEach(Gateway::close);
    issuer.stop(0);
    upstream.close();
  }

  @Test
  void aTokenOfAPublishedKeyIsBelieved() throws Exception {
    var gateway = startGateway();
    for (int i = 0; i < 20; i++) {
      assertThat(ask(gateway, token(key)).status()).isEqualTo(200);
    }
    assertThat(upstream.received().getFirst().header("x-user-id")).isEqualTo("ada");
    assertThat(fetches).hasValue(1);
  }

  @Test
  void aTokenOfAnotherKeyIsNotAndCausesNoStormOfFetches() throws Exception {
    var gateway = startGateway();
    assertThat(ask(gateway, token(key)).status()).isEqualTo(200);
    var other = new ECKeyGenerator(Curve.P_256).keyID("k-2").generate();
    var forged = new ECKeyGenerator(Curve.P_256).keyID("k-1").generate();
    for (int i = 0; i < 20; i++) {
      assertThat(ask(gateway, token(other)).status()).isEqualTo(401);
      assertThat(ask(gateway, token(forged)).status()).isEqualTo(401);
    }
    assertThat(fetches).hasValueLessThanOrEqualTo(2);
    assertThat(upstream.received()).hasSize(1);
  }

  @Test
  void anAddressThatFailsLetsNobodyIn() throws Exception {
    status = 500;
    var gateway = startGateway();
    assertThat(ask(gateway, token(key)).status()).isIn(401, 503);
    assertThat(upstream.received()).isEmpty();
  }

  @Test
  void anAddressThatAnswersGarbageLetsNobodyIn() throws Exception {
    keys = "<html>" + "x".repeat(2 << 20);
    var gateway = startGateway();
    assertThat(ask(gateway, token(key)).status()).isIn(401, 503);
    assertThat(upstream.received()).isEmpty();
  }

  private static RawClient.Answer ask(Gateway gateway, String token) throws IOException {
    return RawClient.ask(
        gateway,
        "GET /api/assets/1 HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer " + token + "\r\n\r\n");
  }

  private static String token(ECKey key) throws JOSEException {
    var token =
        new JWSObject(
            new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
            new Payload(
                "{\"sub\":\"ada\",\"organization_id\":\"acme\",\"exp\":" + Minted.LATER + "}"));
    token.sign(new ECDSASigner(key));
    return token.serialize();
  }
}
