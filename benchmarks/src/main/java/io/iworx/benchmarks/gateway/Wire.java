package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.load.Stage;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.nio.file.Path;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/** How a loader speaks with a proxy; each has 64 requests under way at most. */
enum Wire {
  /** HTTP/1.1 in the clear. */
  HTTP1(64, 1, false),
  /** HTTP/1.1 over TLS 1.3 with AES-128-GCM. */
  HTTP1_TLS(64, 1, true),
  /** HTTP/2 in the clear, by prior knowledge. */
  HTTP2(16, 4, false),
  /** HTTP/2 over the same TLS, as browsers do. */
  HTTP2_TLS(16, 4, true);

  private static final String TLS = "TLSv1.3";
  private static final String CIPHER = "TLS_AES_128_GCM_SHA256";

  private final int connections;
  private final int streams;
  private final boolean encrypted;

  Wire(int connections, int streams, boolean encrypted) {
    this.connections = connections;
    this.streams = streams;
    this.encrypted = encrypted;
  }

  static Wire of(Stage stage) {
    return valueOf(stage.options().getOrDefault("wire", HTTP1.name()));
  }

  int connections() {
    return connections;
  }

  /** Requests under way at once on each connection. */
  int streams() {
    return streams;
  }

  boolean encrypted() {
    return encrypted;
  }

  boolean http2() {
    return streams > 1;
  }

  private String protocol() {
    return http2() ? ApplicationProtocolNames.HTTP_2 : ApplicationProtocolNames.HTTP_1_1;
  }

  /** TLS of a client that trusts that certificate, and offers nothing but this. */
  SslContext client(Path certificate) throws SSLException {
    return SslContextBuilder.forClient()
        .trustManager(certificate.toFile())
        .protocols(TLS)
        .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                protocol()))
        .build();
  }

  /** Checks that every side encrypts alike. */
  void check(SslHandler tls) {
    SSLSession session = tls.engine().getSession();
    if (!session.getProtocol().equals(TLS)
        || !session.getCipherSuite().equals(CIPHER)
        || !protocol().equals(tls.applicationProtocol())) {
      throw new IllegalStateException(
          "Agreed on %s by %s with %s."
              .formatted(
                  tls.applicationProtocol(), session.getProtocol(), session.getCipherSuite()));
    }
  }
}
