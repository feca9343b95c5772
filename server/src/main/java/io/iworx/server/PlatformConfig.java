package io.iworx.server;

import io.iworx.gateway.ConfigException;
import io.iworx.gateway.GatewayConfig;
import io.iworx.gateway.Route;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The gateway's configuration under {@code up}: the user's file, or the platform's own routes. */
final class PlatformConfig {
  private static final String SHIPPED = "/iworx.platform.yaml";

  private PlatformConfig() {}

  /** Reads the file; the shipped one when there is none. */
  static GatewayConfig read(@Nullable Path file) {
    try {
      return file == null
          ? GatewayConfig.parse(shipped(), SHIPPED.substring(1))
          : GatewayConfig.load(file);
    } catch (ConfigException e) {
      throw CommandException.unusable(Objects.requireNonNullElse(e.getMessage(), ""), e);
    }
  }

  /**
   * The file once more, for a gateway that runs: what the command line set stays, and so do the
   * secret and the key that were made for it.
   *
   * @param port what the command line said of it
   */
  static GatewayConfig again(
      Path file, GatewayConfig started, @Nullable Integer port, Map<String, URI> hosted) {
    var read = GatewayConfig.load(file);
    var same = port != null || read.port() == 0 ? read.withPort(started.port()) : read;
    var usable =
        same.auth().hs256Secret() != null
            ? same
            : same.withAuth(same.auth().withHs256Secret(started.auth().hs256Secret()));
    var signing =
        usable.auth().identityKey() != null
            ? usable
            : usable.withAuth(usable.auth().withIdentityKey(started.auth().identityKey()));
    return withHosted(signing, hosted);
  }

  /** The routes with the hosted services' addresses as targets, where there is such a route. */
  static GatewayConfig withHosted(GatewayConfig config, Map<String, URI> targets) {
    var known = config.routes().stream().map(Route::service).collect(Collectors.toSet());
    var usable = new HashMap<>(targets);
    usable.keySet().retainAll(known);
    return config.withTargets(usable);
  }

  private static String shipped() {
    try (var resource =
        Objects.requireNonNull(PlatformConfig.class.getResourceAsStream(SHIPPED), SHIPPED)) {
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
