package io.iworx.gateway;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway is started with.
 *
 * @param host the address to listen on; default {@code 127.0.0.1}
 * @param port the port to listen on; default 8080, 0 for a free one
 * @param tls how clients' connections are encrypted; null: they are not. Default null
 * @param trustedProxies addresses or ranges such as {@code 10.0.0.0/8} of the proxies in front
 *     whose {@code x-forwarded-*} or {@code forwarded} says who the client is; default none
 * @param cors which web pages may read answers
 * @param auth how callers prove who they are
 * @param limits what is taken from a client before it is refused
 * @param accessLog which requests get a line in the access log
 * @param trustedCertificates a PEM file of authorities that {@code https} targets may be certified
 *     by, besides those the JDK trusts; null: those only
 * @param routes where requests go; a service may have several that match different requests
 */
public record GatewayConfig(
    String host,
    int port,
    @Nullable Tls tls,
    List<String> trustedProxies,
    Cors cors,
    Auth auth,
    Limits limits,
    AccessLogOptions accessLog,
    @Nullable Path trustedCertificates,
    List<Route> routes) {

  /** The default {@link #port()}. */
  public static final int DEFAULT_PORT = 8080;

  /** The default {@link #host()}: this machine only. */
  public static final String DEFAULT_HOST = "127.0.0.1";

  /**
   * Checks port, proxies and routes.
   *
   * @throws IllegalArgumentException with a sentence, when they cannot be used
   */
  public GatewayConfig {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("must be a port from 0 to 65535.");
    }
    trustedProxies = List.copyOf(trustedProxies);
    trustedProxies.forEach(AddressRange::of);
    routes = List.copyOf(routes);
    var known = new HashSet<Map.Entry<String, RouteMatch>>();
    for (var route : routes) {
      if (!known.add(Map.entry(route.service(), route.match()))) {
        throw new IllegalArgumentException(
            "There are two routes for the same requests of the service "
                + route.service()
                + "; keep one.");
      }
    }
  }

  /** Defaults with the given routes: nothing but public routes answers until {@link #withAuth}. */
  public static GatewayConfig of(List<Route> routes) {
    return new GatewayConfig(
        DEFAULT_HOST,
        DEFAULT_PORT,
        null,
        List.of(),
        Cors.NONE,
        Auth.NONE,
        Limits.DEFAULT,
        AccessLogOptions.DEFAULT,
        null,
        routes);
  }

  /**
   * Reads a YAML file; files it names are looked for beside it.
   *
   * @throws ConfigException when the file cannot be read or says something the gateway does not
   *     understand
   */
  public static GatewayConfig load(Path file) {
    try {
      var folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
      return ConfigReader.read(Files.readString(file), file.toString(), folder);
    } catch (NoSuchFileException e) {
      throw new ConfigException(file.toString(), 0, "", "There is no such file.", e);
    } catch (MalformedInputException e) {
      throw new ConfigException(file.toString(), 0, "", "The file is not UTF-8 text.", e);
    } catch (IOException e) {
      throw new ConfigException(
          file.toString(), 0, "", "The file cannot be read: " + e.getMessage() + ".", e);
    }
  }

  /**
   * Reads YAML text; files it names are looked for in the working directory.
   *
   * @param source what errors call the text
   * @throws ConfigException when the text says something the gateway does not understand
   */
  public static GatewayConfig parse(String yaml, String source) {
    return ConfigReader.read(yaml, source, Path.of("").toAbsolutePath());
  }

  public GatewayConfig withHost(String newHost) {
    return new GatewayConfig(
        newHost,
        port,
        tls,
        trustedProxies,
        cors,
        auth,
        limits,
        accessLog,
        trustedCertificates,
        routes);
  }

  public GatewayConfig withPort(int newPort) {
    return new GatewayConfig(
        host,
        newPort,
        tls,
        trustedProxies,
        cors,
        auth,
        limits,
        accessLog,
        trustedCertificates,
        routes);
  }

  public GatewayConfig withTls(@Nullable Tls newTls) {
    return new GatewayConfig(
        host,
        port,
        newTls,
        trustedProxies,
        cors,
        auth,
        limits,
        accessLog,
        trustedCertificates,
        routes);
  }

  public GatewayConfig withTrustedProxies(List<String> newTrustedProxies) {
    return new GatewayConfig(
        host,
        port,
        tls,
        newTrustedProxies,
        cors,
        auth,
        limits,
        accessLog,
        trustedCertificates,
        routes);
  }

  public GatewayConfig withCors(Cors newCors) {
    return new GatewayConfig(
        host,
        port,
        tls,
        trustedProxies,
        newCors,
        auth,
        limits,
        accessLog,
        trustedCertificates,
        routes);
  }

  public GatewayConfig withAuth(Auth newAuth) {
    return new GatewayConfig(
        host,
        port,
        tls,
        trustedProxies,
        cors,
        newAuth,
        limits,
        accessLog,
        trustedCertificates,
        routes);
  }

  public GatewayConfig withLimits(Limits newLimits) {
    return new GatewayConfig(
        host,
        port,
        tls,
        trustedProxies,
        cors,
        auth,
        newLimits,
        accessLog,
        trustedCertificates,
        routes);
  }

  public GatewayConfig withAccessLog(AccessLogOptions newAccessLog) {
    return new GatewayConfig(
        host,
        port,
        tls,
        trustedProxies,
        cors,
        auth,
        limits,
        newAccessLog,
        trustedCertificates,
        routes);
  }

  public GatewayConfig withTrustedCertificates(@Nullable Path newTrustedCertificates) {
    return new GatewayConfig(
        host,
        port,
        tls,
        trustedProxies,
        cors,
        auth,
        limits,
        accessLog,
        newTrustedCertificates,
        routes);
  }

  public GatewayConfig withRoutes(List<Route> newRoutes) {
    return new GatewayConfig(
        host,
        port,
        tls,
        trustedProxies,
        cors,
        auth,
        limits,
        accessLog,
        trustedCertificates,
        newRoutes);
  }

  /** The files besides the configuration's own whose change is a change of it. */
  List<Path> files() {
    return tls == null ? List.of() : tls.files();
  }

  /**
   * The same routes with other targets; services that the map does not name keep theirs.
   *
   * @throws IllegalArgumentException when the map names a service that has no route
   */
  public GatewayConfig withTargets(Map<String, URI> targets) {
    var unknown = new HashSet<>(targets.keySet());
    routes.forEach(route -> unknown.remove(route.service()));
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "There is no route for " + String.join(", ", unknown) + "; add one before its target.");
    }
    return withRoutes(
        routes.stream().map(it -> withTarget(it, targets.get(it.service()))).toList());
  }

  private static Route withTarget(Route route, @Nullable URI target) {
    return target == null ? route : route.withTargets(List.of(target));
  }
}
