package io.iworx.gateway;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * How clients' connections are encrypted: TLS 1.2 or 1.3, with HTTP/2 or HTTP/1.1 as the client
 * chooses by ALPN.
 *
 * @param certificates at least one. A client that asks for a host gets the one that names it; one
 *     that asks for none, or for another, gets the first
 * @param handshakeTimeout from the opened connection to the end of the handshake, closed beyond;
 *     default 10 s
 */
public record Tls(List<Certificate> certificates, Duration handshakeTimeout) {

  /** The default {@link #handshakeTimeout()}: 10 seconds. */
  public static final Duration DEFAULT_HANDSHAKE_TIMEOUT = Duration.ofSeconds(10);

  /**
   * The files of a certificate. They are read when the gateway starts or gets a new configuration.
   *
   * @param chain PEM: the server's certificate, then those that certify it, without the root
   * @param key PEM: the certificate's private key, PKCS#8 and not encrypted
   */
  public record Certificate(Path chain, Path key) {}

  /**
   * Checks the parts; the files are not looked at.
   *
   * @throws IllegalArgumentException with a sentence, when one cannot be used
   */
  public Tls {
    certificates = List.copyOf(certificates);
    if (certificates.isEmpty()) {
      throw new IllegalArgumentException("must name at least one certificate.");
    }
    if (handshakeTimeout.isNegative()
        || handshakeTimeout.isZero()
        || handshakeTimeout.compareTo(Duration.ofMinutes(5)) > 0) {
      throw new IllegalArgumentException(
          "handshake-timeout must be longer than 0 and at most 5 minutes.");
    }
  }

  /** One certificate for all clients. */
  public static Tls of(Path chain, Path key) {
    return new Tls(List.of(new Certificate(chain, key)), DEFAULT_HANDSHAKE_TIMEOUT);
  }

  public Tls withCertificates(List<Certificate> newCertificates) {
    return new Tls(newCertificates, handshakeTimeout);
  }

  public Tls withHandshakeTimeout(Duration newHandshakeTimeout) {
    return new Tls(certificates, newHandshakeTimeout);
  }

  /** The files that certificates and keys are read from. */
  List<Path> files() {
    return certificates.stream().flatMap(it -> Stream.of(it.chain(), it.key())).toList();
  }
}
