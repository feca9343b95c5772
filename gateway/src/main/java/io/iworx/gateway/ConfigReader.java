package io.iworx.gateway;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The configuration file's shape: which keys there are and what each becomes. */
final class ConfigReader {
  /** The sections retention and telemetry are for those who run the gateway. */
  private static final Set<String> ROOT =
      Set.of(
          "gateway",
          "cors",
          "auth",
          "identity",
          "limits",
          "access-log",
          "tls",
          "retention",
          "telemetry",
          "routes");

  private static final Set<String> GATEWAY = Set.of("host", "port", "tls", "trusted-proxies");
  private static final Set<String> GATEWAY_TLS = Set.of("certificates", "handshake-timeout");
  private static final Set<String> CERTIFICATE = Set.of("chain", "key");
  private static final Set<String> CORS = Set.of("origins");

  /** The file is for those who run the gateway, too. */
  private static final Set<String> ACCESS_LOG = Set.of("sample", "file");

  private static final Set<String> TLS = Set.of("trusted-certificates");
  private static final Set<String> AUTH =
      Set.of(
          "hs256-secret-file",
          "jwks",
          "issuer",
          "audience",
          "claims",
          "service-roles",
          "clock-skew",
          "api-keys");
  private static final Set<String> CLAIMS =
      Set.of("organization", "cross-project-access", "role", "service");
  private static final Set<String> LIMITS =
      Set.of(
          "max-request-body",
          "max-header",
          "max-uri",
          "max-connections",
          "max-websockets",
          "header-timeout",
          "body-timeout",
          "min-body-rate",
          "idle-timeout",
          "connect-timeout",
          "drain-timeout",
          "http2");
  private static final Set<String> HTTP2 = Set.of("max-streams", "max-resets", "max-empty-frames");
  private static final Set<String> ROUTE =
      ConfigSection.keys(
          PolicyReader.KEYS,
          "service",
          "target",
          "targets",
          "public",
          "keep-prefix",
          "timeout",
          "idle-timeout",
          "forward-authorization",
          "health",
          "protocol",
          "connections",
          "ejection",
          "retries",
          "max-request-body",
          "match");
  private static final Set<String> MATCH = Set.of("path", "methods", "hosts", "headers");
  private static final Set<String> CONNECTIONS = Set.of("max", "pending");
  private static final Set<String> EJECTION = Set.of("after", "for", "slow-start");
  private static final Set<String> RETRIES = Set.of("attempts", "budget", "attempt-timeout");

  private final ConfigSection root;
  private final Path folder;

  private ConfigReader(ConfigSection root, Path folder) {
    this.root = root;
    this.folder = folder;
  }

  static GatewayConfig read(String yaml, String source, Path folder) {
    var root = ConfigSection.of(source, "", ConfigParser.parse(yaml, source), ROOT);
    return new ConfigReader(root, folder).config();
  }

  private GatewayConfig config() {
    var gateway = root.section("gateway", GATEWAY);
    var port = gateway.number("port", GatewayConfig.DEFAULT_PORT);
    if (port < 0 || port > 65_535) {
      throw gateway.wrong("port", "must be a port from 0 to 65535 but is " + port + ".");
    }
    return new GatewayConfig(
        gateway.text("host", GatewayConfig.DEFAULT_HOST),
        port,
        tls(gateway),
        trustedProxies(gateway),
        cors(),
        auth(),
        limits(),
        accessLog(),
        trustedCertificates(),
        routes());
  }

  private static List<String> trustedProxies(ConfigSection gateway) {
    var ranges = gateway.texts("trusted-proxies");
    gateway.checked("trusted-proxies", () -> ranges.stream().map(AddressRange::of).toList());
    return ranges;
  }

  private @Nullable Tls tls(ConfigSection gateway) {
    if (!gateway.has("tls")) {
      return null;
    }
    var tls = gateway.section("tls", GATEWAY_TLS);
    var certificates =
        tls.sections("certificates", CERTIFICATE).stream().map(this::certificate).toList();
    var timeout = tls.duration("handshake-timeout", Tls.DEFAULT_HANDSHAKE_TIMEOUT);
    return tls.checked("", () -> new Tls(certificates, timeout));
  }

  private Tls.Certificate certificate(ConfigSection section) {
    var files =
        new Tls.Certificate(
            folder.resolve(section.required("chain")), folder.resolve(section.required("key")));
    section.checked("", () -> CertifiedKey.read(files));
    return files;
  }

  private Cors cors() {
    var cors = root.section("cors", CORS);
    return cors.checked("origins", () -> new Cors(cors.texts("origins")));
  }

  private AccessLogOptions accessLog() {
    var section = root.section("access-log", ACCESS_LOG);
    var sample = section.share("sample", AccessLogOptions.DEFAULT.sample());
    return section.checked("sample", () -> new AccessLogOptions(sample));
  }

  private Auth auth() {
    var auth = root.section("auth", AUTH);
    var secretFile = auth.text("hs256-secret-file");
    var secret = secretFile == null ? null : secret(auth, secretFile);
    var skew = auth.duration("clock-skew", Auth.DEFAULT_CLOCK_SKEW);
    var base =
        Auth.NONE
            .withJwks(auth.url("jwks"))
            .withIssuer(auth.text("issuer"))
            .withAudience(auth.text("audience"))
            .withClaims(claims(auth));
    if (auth.has("service-roles")) {
      base = base.withServiceRoles(Set.copyOf(auth.texts("service-roles")));
    }
    var withoutSecret = base;
    var withSkew = auth.checked("clock-skew", () -> withoutSecret.withClockSkew(skew));
    var withSecret = auth.checked("hs256-secret-file", () -> withSkew.withHs256Secret(secret));
    return new IdentityReader(root, folder).read(auth, withSecret);
  }

  private static Auth.Claims claims(ConfigSection auth) {
    var claims = auth.section("claims", CLAIMS);
    var defaults = Auth.Claims.DEFAULT;
    return new Auth.Claims(
        claims.text("organization", defaults.organization()),
        claims.text("cross-project-access", defaults.crossProjectAccess()),
        claims.text("role", defaults.role()),
        claims.text("service", defaults.service()));
  }

  private String secret(ConfigSection auth, String file) {
    try {
      return Files.readString(folder.resolve(file)).strip();
    } catch (IOException e) {
      throw auth.wrong("hs256-secret-file", "names a file that cannot be read: " + file + ".");
    }
  }

  private Limits limits() {
    var limits = root.section("limits", LIMITS);
    var defaults = Limits.DEFAULT;
    return limits.checked(
        "",
        () ->
            new Limits(
                limits.size("max-request-body", defaults.maxRequestBody()),
                limits.smallSize("max-header", defaults.maxHeader()),
                limits.smallSize("max-uri", defaults.maxUri()),
                limits.number("max-connections", defaults.maxConnections()),
                limits.number("max-websockets", defaults.maxWebSockets()),
                limits.duration("header-timeout", defaults.headerTimeout()),
                limits.duration("body-timeout", defaults.bodyTimeout()),
                limits.number("min-body-rate", defaults.minBodyRate()),
                limits.duration("idle-timeout", defaults.idleTimeout()),
                limits.duration("connect-timeout", defaults.connectTimeout()),
                limits.duration("drain-timeout", defaults.drainTimeout()),
                http2(limits.section("http2", HTTP2))));
  }

  private static Limits.Http2 http2(ConfigSection http2) {
    var defaults = Limits.Http2.DEFAULT;
    return new Limits.Http2(
        http2.number("max-streams", defaults.maxStreams()),
        http2.number("max-resets", defaults.maxResets()),
        http2.number("max-empty-frames", defaults.maxEmptyFrames()));
  }

  private @Nullable Path trustedCertificates() {
    var tls = root.section("tls", TLS);
    var file = tls.text("trusted-certificates");
    if (file == null) {
      return null;
    }
    if (!Files.isReadable(folder.resolve(file))) {
      throw tls.wrong("trusted-certificates", "names a file that cannot be read: " + file + ".");
    }
    return folder.resolve(file);
  }

  private List<Route> routes() {
    var routes = new ArrayList<Route>();
    var known = new HashSet<Map.Entry<String, RouteMatch>>();
    for (var section : root.sections("routes", ROUTE)) {
      var route = route(section);
      if (!known.add(Map.entry(route.service(), route.match()))) {
        throw section.wrong(
            "service",
            "is "
                + route.service()
                + ", which has a route already; keep one, or give this one another match.");
      }
      routes.add(route);
    }
    return routes;
  }

  private static Route route(ConfigSection section) {
    var service = section.required("service");
    var timeout = section.duration("timeout", Route.DEFAULT_TIMEOUT);
    var targets = targets(section);
    var named = section.checked("service", () -> Route.of(service, null));
    var route = section.checked("targets", () -> named.withTargets(targets));
    var timed = section.checked("timeout", () -> route.withTimeout(timeout));
    var idle = section.duration("idle-timeout");
    var streamed = section.checked("idle-timeout", () -> timed.withIdleTimeout(idle));
    return section
        .checked("health", () -> streamed.withHealth(section.text("health")))
        .withPublicAccess(section.flag("public", false))
        .withKeepPrefix(section.flag("keep-prefix", false))
        .withForwardAuthorization(section.flag("forward-authorization", true))
        .withUpstream(upstream(section))
        .withRetries(retries(section))
        .withMaxRequestBody(
            section.has("max-request-body") ? section.size("max-request-body", 0) : null)
        .withMatch(match(section))
        .withPolicies(PolicyReader.read(section));
  }

  private static RouteMatch match(ConfigSection section) {
    var match = section.section("match", MATCH);
    return match.checked(
        "",
        () ->
            new RouteMatch(
                match.text("path", ""),
                Set.copyOf(match.texts("methods")),
                Set.copyOf(match.texts("hosts")),
                match.pairs("headers")));
  }

  private static List<URI> targets(ConfigSection section) {
    var one = section.url("target");
    if (one == null) {
      return section.urls("targets");
    }
    if (section.has("targets")) {
      throw section.wrong("target", "is there, and targets too; keep one of them.");
    }
    return List.of(one);
  }

  private static UpstreamOptions upstream(ConfigSection section) {
    var connections = section.section("connections", CONNECTIONS);
    var ejection = section.section("ejection", EJECTION);
    var defaults = UpstreamOptions.DEFAULT.withProtocol(protocol(section));
    var bounded =
        connections.checked(
            "",
            () ->
                defaults.withConnections(
                    connections.number("max", defaults.maxConnections()),
                    connections.number("pending", defaults.maxPending())));
    return ejection.checked(
        "",
        () ->
            bounded
                .withEjection(
                    ejection.number("after", defaults.ejectAfter()),
                    ejection.duration("for", defaults.ejectFor()))
                .withSlowStart(ejection.duration("slow-start", defaults.slowStart())));
  }

  private static UpstreamOptions.Protocol protocol(ConfigSection section) {
    return switch (section.text("protocol", "http/1.1")) {
      case "http/1.1" -> UpstreamOptions.Protocol.HTTP_1_1;
      case "http/2" -> UpstreamOptions.Protocol.HTTP_2;
      case String other ->
          throw section.wrong("protocol", "must be http/1.1 or http/2 but is " + other + ".");
    };
  }

  private static RetryOptions retries(ConfigSection section) {
    var retries = section.section("retries", RETRIES);
    var defaults = RetryOptions.DEFAULT;
    return retries.checked(
        "",
        () ->
            new RetryOptions(
                retries.number("attempts", defaults.attempts()),
                retries.percent("budget", defaults.budgetPercent()),
                retries.duration("attempt-timeout")));
  }
}
