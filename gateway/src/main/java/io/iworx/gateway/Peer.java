package io.iworx.gateway;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;

/**
 * Who is at the other end of a client's connection.
 *
 * @param address the IP address
 * @param secure whether the connection is encrypted
 */
record Peer(String address, boolean secure) {
  static final String HTTP = "http";
  static final String HTTPS = "https";

  static Peer of(Channel channel, boolean secure) {
    return new Peer(
        channel.remoteAddress() instanceof InetSocketAddress remote
            ? remote.getAddress().getHostAddress()
            : "unknown",
        secure);
  }

  /** What the client's URLs begin with. */
  String scheme() {
    return secure ? HTTPS : HTTP;
  }
}
