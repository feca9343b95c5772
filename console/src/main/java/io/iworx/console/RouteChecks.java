package io.iworx.console;

import io.iworx.gateway.Gateway;
import io.iworx.gateway.Health;
import io.iworx.gateway.Route;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/** Why calls time out or fail: each route's target, its health, and what connecting to it says. */
final class RouteChecks {
  private static final int CONNECT_MS = 1_000;
  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  private final Gateway gateway;

  RouteChecks(Gateway gateway) {
    this.gateway = gateway;
  }

  List<Finding> all() {
    var health = gateway.health();
    var findings = new ArrayList<Finding>();
    var nowhere = new ArrayList<String>();
    for (var route : gateway.routes()) {
      if (route.targets().isEmpty()) {
        nowhere.add(route.service());
      } else {
        findings.add(of(route, health));
      }
    }
    if (!nowhere.isEmpty()) {
      findings.add(
          Finding.good(
              "routes",
              "No target, so 503 until the configuration names one: "
                  + String.join(", ", nowhere)
                  + "."));
    }
    return findings;
  }

  private static Finding of(Route route, Health health) {
    var targets = route.targets().stream().map(URI::toString).collect(Collectors.joining(", "));
    var check = "route " + route.service();
    var state =
        Objects.requireNonNullElse(
            health.services().get(route.service()), Health.State.UNAVAILABLE);
    var timeout = "timeout %d s".formatted(route.timeout().toSeconds());
    return switch (state) {
      case HEALTHY -> Finding.good(check, "%s is healthy, %s.".formatted(targets, timeout));
      case UNHEALTHY ->
          Finding.bad(
              check,
              "%s can be reached but answers badly or late, %s.".formatted(targets, timeout),
              "Look at the log of that service.");
      case UNAVAILABLE, NO_TARGET ->
          Finding.bad(
              check,
              "%s is unavailable; connecting now: %s"
                  .formatted(targets, connect(route.targets().getFirst())),
              "Start that service, or correct its target in the gateway's configuration.");
    };
  }

  /** What a connection attempt says now. */
  private static String connect(URI target) {
    var secure = Objects.equals(target.getScheme().toLowerCase(Locale.ROOT), "https");
    var port = target.getPort() >= 0 ? target.getPort() : secure ? HTTPS : HTTP;
    try {
      for (var address : InetAddress.getAllByName(target.getHost())) {
        try (var socket = new Socket()) {
          socket.connect(new InetSocketAddress(address, port), CONNECT_MS);
          return "it accepts connections.";
        }
      }
      return "its host has no address.";
    } catch (UnknownHostException _) {
      return "its host is not known.";
    } catch (IOException e) {
      return e.getMessage() + ".";
    }
  }
}
