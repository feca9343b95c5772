package io.iworx.gateway;

import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Proxies in front of the gateway whose word is taken for who the client is: {@code
 * x-forwarded-for}, {@code -proto} and {@code -host}, or else {@code forwarded} (RFC 7239). Each of
 * them may have been begun by anyone: what counts is read from the right, up to the first address
 * that is no trusted proxy.
 */
final class TrustedProxies {
  private static final String FOR = "x-forwarded-for";
  private static final String PROTO = "x-forwarded-proto";
  private static final String HOST = "x-forwarded-host";
  private static final String FORWARDED = "forwarded";

  private final List<AddressRange> ranges;

  /** What a proxy says of the one before it. */
  private record Hop(@Nullable String address, @Nullable String proto, @Nullable String host) {}

  TrustedProxies(List<String> ranges) {
    this.ranges = ranges.stream().map(AddressRange::of).toList();
  }

  boolean trusts(InetAddress address) {
    return ranges.stream().anyMatch(it -> it.contains(address));
  }

  /** Who sent the request to the first of the trusted proxies. */
  Peer client(Peer proxy, HttpHeaders headers) {
    var plain = headers.contains(FOR) || headers.contains(PROTO) || headers.contains(HOST);
    var hops = plain ? plain(headers) : rfc7239(headers);
    var client = proxy;
    for (var hop : hops.reversed()) {
      var address = hop.address == null ? null : AddressRange.literal(withoutPort(hop.address));
      client = told(client, hop, address);
      if (address == null || !trusts(address)) {
        break;
      }
    }
    return client;
  }

  private static Peer told(Peer by, Hop hop, @Nullable InetAddress address) {
    var proto = hop.proto == null ? "" : hop.proto.toLowerCase(Locale.ROOT);
    var secure =
        proto.equals(Peer.HTTPS) || (by.secure() && !proto.equals(Peer.HTTP)); // if it says neither
    var host = hop.host != null && Authority.sound(hop.host) ? hop.host : by.host();
    return address == null
        ? new Peer(by.address(), secure, true, by.chain(), host)
        : new Peer(
            address.getHostAddress(),
            secure,
            true,
            address.getHostAddress() + ", " + by.chain(),
            host);
  }

  /** Without its port: {@code 192.0.2.7:4711}, {@code [2001:db8::1]:4711}. */
  private static String withoutPort(String text) {
    if (text.startsWith("[")) {
      var end = text.indexOf(']');
      return end < 0 ? "" : text.substring(1, end);
    }
    var colon = text.indexOf(':');
    return colon >= 0 && colon == text.lastIndexOf(':') ? text.substring(0, colon) : text;
  }

  /** Of proto and host the last proxy's word is taken, who is the only one that is surely there. */
  private static List<Hop> plain(HttpHeaders headers) {
    var proto = last(headers, PROTO);
    var host = last(headers, HOST);
    var hops = new ArrayList<Hop>();
    for (var line : headers.getAll(FOR)) {
      for (var address : line.split(",", -1)) {
        hops.add(new Hop(address.strip(), proto, host));
      }
    }
    return hops.isEmpty() ? List.of(new Hop(null, proto, host)) : hops;
  }

  private static @Nullable String last(HttpHeaders headers, String name) {
    var lines = headers.getAll(name);
    if (lines.isEmpty()) {
      return null;
    }
    var line = lines.getLast();
    return line.substring(line.lastIndexOf(',') + 1).strip();
  }

  private static List<Hop> rfc7239(HttpHeaders headers) {
    var hops = new ArrayList<Hop>();
    for (var line : headers.getAll(FORWARDED)) {
      for (var element : split(line, ',')) {
        String address = null;
        String proto = null;
        String host = null;
        for (var pair : split(element, ';')) {
          var equals = pair.indexOf('=');
          var value = equals < 0 ? "" : unquoted(pair.substring(equals + 1).strip());
          switch (equals < 0 ? "" : pair.substring(0, equals).strip().toLowerCase(Locale.ROOT)) {
            case "for" -> address = value;
            case "proto" -> proto = value;
            case "host" -> host = value;
            default -> {} // of no use here
          }
        }
        hops.add(new Hop(address, proto, host));
      }
    }
    return hops;
  }

  /** Parts between separators that are not in quotes. */
  private static List<String> split(String text, char separator) {
    var parts = new ArrayList<String>();
    var quoted = false;
    var start = 0;
    for (int i = 0; i < text.length(); i++) {
      var c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == separator && !quoted) {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(text.substring(start));
    return parts;
  }

  private static String unquoted(String value) {
    return value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
        ? value.substring(1, value.length() - 1)
        : value;
  }
}
