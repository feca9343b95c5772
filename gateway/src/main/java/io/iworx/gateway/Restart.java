package io.iworx.gateway;

import java.util.ArrayList;

/** What a running gateway cannot change. */
final class Restart {
  private Restart() {}

  /**
   * Compares all but routes, authentication, CORS and the certificates for clients.
   *
   * @throws GatewayException naming the keys that differ
   */
  static void check(GatewayConfig now, GatewayConfig next) {
    var changed = new ArrayList<String>();
    if (!now.host().equals(next.host())) {
      changed.add("gateway.host");
    }
    if (now.port() != next.port()) {
      changed.add("gateway.port");
    }
    if (!now.trustedProxies().equals(next.trustedProxies())) {
      changed.add("gateway.trusted-proxies");
    }
    if (!now.limits().equals(next.limits())) {
      changed.add("limits");
    }
    if (!now.accessLog().equals(next.accessLog())) {
      changed.add("access-log");
    }
    var certificates = now.trustedCertificates();
    if (certificates == null
        ? next.trustedCertificates() != null
        : !certificates.equals(next.trustedCertificates())) {
      changed.add("tls.trusted-certificates");
    }
    if (!changed.isEmpty()) {
      throw new GatewayException(
          "A change of %s needs a restart; nothing was changed."
              .formatted(String.join(" and ", changed)),
          null);
    }
  }
}
