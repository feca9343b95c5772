package io.iworx.gateway;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a client's connection, or before a trusted proxy that is.
 *
 * @param address the IP address
 * @param secure whether the client's connection is encrypted
 * @param proxy whether it is a proxy whose word is taken for who the client is
 * @param chain the addresses the request came by, as services are told: the client's first
 * @param host what the client asked a proxy for; null when there was none, or it did not say
 */
record Peer(String address, boolean secure, boolean proxy, String chain, @Nullable String host) {
  static final String HTTP = "http";
  static final String HTTPS = "https";

  static Peer of(Channel channel, boolean secure, TrustedProxies proxies) {
    if (!(channel.remoteAddress() instanceof InetSocketAddress remote)) {
      return new Peer("unknown", secure, false, "unknown", null);
    }
    var address = remote.getAddress().getHostAddress();
    return new Peer(address, secure, proxies.trusts(remote.getAddress()), address, null);
  }

  /** What the client's URLs begin with. */
  String scheme() {
    return secure ? HTTPS : HTTP;
  }
}
