package io.iworx.gateway;

import org.jspecify.annotations.Nullable;

/** A service behind the gateway: its route, and the target to send to; null while it is nowhere. */
record Upstream(Route route, @Nullable Target target) {

  static Upstream of(Route route) {
    var url = route.target();
    return new Upstream(route, url == null ? null : Target.of(url));
  }
}
