package io.iworx.gateway;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Which authorities may certify {@code https} targets: the JDK's, and those of a PEM file. */
final class Trust {
  private static final ApplicationProtocolConfig HTTP_2 =
      new ApplicationProtocolConfig(
          ApplicationProtocolConfig.Protocol.ALPN,
          ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
          ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
          ApplicationProtocolNames.HTTP_2);

  private final TrustManagerFactory authorities;

  private Trust(TrustManagerFactory authorities) {
    this.authorities = authorities;
  }

  static Trust of(@Nullable Path pemFile) {
    try {
      return new Trust(pemFile == null ? factory(null) : factory(withFile(pemFile)));
    } catch (IOException | GeneralSecurityException e) {
      throw new GatewayException(
          "The certificates in " + pemFile + " cannot be used; it must be a PEM file.", e);
    }
  }

  private static TrustManagerFactory factory(@Nullable KeyStore store)
      throws GeneralSecurityException {
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory;
  }

  private static KeyStore withFile(Path pemFile) throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    var known =
        Arrays.stream(factory(null).getTrustManagers())
            .filter(X509TrustManager.class::isInstance)
            .flatMap(it -> Arrays.stream(((X509TrustManager) it).getAcceptedIssuers()))
            .toList();
    var number = 0;
    for (var certificate : known) {
      store.setCertificateEntry("jdk-" + number++, certificate);
    }
    try (var in = Files.newInputStream(Objects.requireNonNull(pemFile))) {
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("file-" + number++, certificate);
      }
    }
    return store;
  }

  /** For the event loops. */
  TargetTls forTargets() {
    try {
      return new TargetTls(client().build(), client().applicationProtocolConfig(HTTP_2).build());
    } catch (IOException e) {
      throw new GatewayException("TLS cannot be set up on this JDK.", e);
    }
  }

  private SslContextBuilder client() {
    return SslContextBuilder.forClient()
        .sslProvider(SslProvider.JDK) // always made: loading OpenSSL would slow every start
        .trustManager(authorities)
        .endpointIdentificationAlgorithm("HTTPS");
  }

  /** For the blocking client of health checks and key sets. */
  SSLContext forChecks() {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, authorities.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new GatewayException("TLS cannot be set up on this JDK.", e);
    }
  }
}
