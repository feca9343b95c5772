package io.iworx.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** A private key and the certificates that say whose it is, the key's own first. */
record CertifiedKey(PrivateKey key, List<X509Certificate> chain) {
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final byte[] SAMPLE = {1, 2, 3};
  private static final Integer DNS_NAME = 2; // RFC 5280 §4.2.1.6

  /**
   * Reads both files and checks that they belong together.
   *
   * @throws IllegalArgumentException with a sentence that names the file at fault
   */
  static CertifiedKey read(Tls.Certificate files) {
    var chain = chain(files.chain());
    var publicKey = chain.getFirst().getPublicKey();
    var key = key(files.key(), publicKey);
    if (!match(key, publicKey)) {
      throw new IllegalArgumentException(
          "names the key %s, which is not the key of the first certificate in %s."
              .formatted(files.key(), files.chain()));
    }
    return new CertifiedKey(key, chain);
  }

  /** The hosts the certificate is for; names such as {@code *.example.com} among them. */
  List<String> hosts() {
    try {
      var names = chain.getFirst().getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream()
              .filter(it -> DNS_NAME.equals(it.getFirst()))
              .map(it -> (String) it.getLast())
              .toList();
    } catch (CertificateParsingException e) {
      return List.of();
    }
  }

  private static List<X509Certificate> chain(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      var chain =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (!chain.isEmpty()) {
        return chain;
      }
    } catch (IOException e) {
      throw new IllegalArgumentException(unreadable(file), e);
    } catch (CertificateException e) {
      throw new IllegalArgumentException(noCertificates(file), e);
    }
    throw new IllegalArgumentException(noCertificates(file));
  }

  private static String unreadable(Path file) {
    return "names a file that cannot be read: " + file + ".";
  }

  private static String noCertificates(Path file) {
    return "names " + file + ", in which there are no PEM certificates (BEGIN CERTIFICATE).";
  }

  private static PrivateKey key(Path file, PublicKey its) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(unreadable(file), e);
    }
    var match = PKCS8.matcher(text);
    if (!match.find()) {
      throw new IllegalArgumentException(
          "names %s, in which there is no PKCS#8 key (BEGIN PRIVATE KEY). Convert it: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW."
              .formatted(file));
    }
    try {
      var bytes = Base64.getMimeDecoder().decode(match.group(1));
      return KeyFactory.getInstance(its.getAlgorithm())
          .generatePrivate(new PKCS8EncodedKeySpec(bytes));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "names the key %s, which is no %s key as its certificate has."
              .formatted(file, its.getAlgorithm()),
          e);
    }
  }

  private static boolean match(PrivateKey key, PublicKey publicKey) {
    try {
      var signature = Signature.getInstance(algorithm(publicKey));
      signature.initSign(key);
      signature.update(SAMPLE);
      var signed = signature.sign();
      signature.initVerify(publicKey);
      signature.update(SAMPLE);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static String algorithm(PublicKey key) {
    return switch (key.getAlgorithm()) {
      case "RSA" -> "SHA256withRSA";
      case "EC" -> "SHA256withECDSA";
      default -> key.getAlgorithm();
    };
  }
}
