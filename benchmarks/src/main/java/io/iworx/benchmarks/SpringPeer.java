package io.iworx.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Spring Cloud Gateway, which has a Maven project and a class path of its own: beside it the other
 * Spring peers would become web applications.
 */
final class SpringPeer {
  private static final Path JAR =
      Path.of(System.getProperty("iworx.benchmarks", "."), "peers", "spring-cloud-gateway")
          .resolve("target")
          .resolve("spring-cloud-gateway-peer.jar");

  private SpringPeer() {}

  static String jar() {
    return JAR.toString();
  }

  /** How to get it, when it is not there; {@code benchmarks/run} has tried. */
  static Optional<String> missing() {
    return Files.isReadable(JAR)
        ? Optional.empty()
        : Optional.of("./mvnw -f benchmarks/peers/spring-cloud-gateway/pom.xml package");
  }
}
