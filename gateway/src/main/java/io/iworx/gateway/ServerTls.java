package io.iworx.gateway;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http2.Http2SecurityUtil;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SniHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.DomainWildcardMappingBuilder;
import io.netty.util.Mapping;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Set;
import javax.net.ssl.SSLException;

/** What a {@link Tls} becomes once its files are read; connections keep the one they began with. */
final class ServerTls {
  /** A ClientHello is 2 KiB at most today; what claims to be longer is not waited for. */
  private static final int MAX_CLIENT_HELLO = 16 << 10;

  private static final Set<String> OPENSSL_KEYS = Set.of("EC", "RSA");

  private final SslContext first;
  private final Mapping<String, SslContext> byHost;
  private final boolean several;
  private final long handshakeMillis;

  private ServerTls(
      SslContext first, Mapping<String, SslContext> byHost, boolean several, long handshakeMillis) {
    this.first = first;
    this.byHost = byHost;
    this.several = several;
    this.handshakeMillis = handshakeMillis;
  }

  /**
   * Reads the files.
   *
   * @throws GatewayException with a sentence, when one of them cannot be used
   */
  static ServerTls of(Tls tls) {
    try {
      var keys = tls.certificates().stream().map(CertifiedKey::read).toList();
      var first = context(keys.getFirst());
      var byHost = new DomainWildcardMappingBuilder<>(first);
      for (var key : keys.subList(1, keys.size())) {
        var context = context(key);
        key.hosts().forEach(host -> byHost.add(host, context));
      }
      keys.getFirst().hosts().forEach(host -> byHost.add(host, first));
      return new ServerTls(
          first, byHost.build(), keys.size() > 1, tls.handshakeTimeout().toMillis());
    } catch (SSLException | IllegalArgumentException e) {
      throw new GatewayException("gateway.tls " + e.getMessage(), e);
    }
  }

  /**
   * OpenSSL (BoringSSL) where its library is there for this system, the JDK elsewhere, and for
   * kinds of keys that BoringSSL does not sign with. Engines and contexts are freed by Netty: those
   * with their connection, these when nothing refers to them any more.
   */
  static SslProvider provider(PrivateKey key) {
    return OPENSSL_KEYS.contains(key.getAlgorithm()) && OpenSsl.isAvailable()
        ? SslProvider.OPENSSL
        : SslProvider.JDK;
  }

  private static SslContext context(CertifiedKey key) throws SSLException {
    return SslContextBuilder.forServer(key.key(), key.chain().toArray(new X509Certificate[0]))
        .sslProvider(provider(key.key()))
        .protocols("TLSv1.3", "TLSv1.2")
        .ciphers(Http2SecurityUtil.CIPHERS, SupportedCipherSuiteFilter.INSTANCE)
        .applicationProtocolConfig(
            new ApplicationProtocolConfig(
                Protocol.ALPN,
                SelectorFailureBehavior.NO_ADVERTISE,
                SelectedListenerFailureBehavior.ACCEPT,
                ApplicationProtocolNames.HTTP_2,
                ApplicationProtocolNames.HTTP_1_1))
        .build();
  }

  /** What encrypts one connection, the first of its handlers. */
  ChannelHandler handler(Channel channel) {
    if (!several) {
      return limited(first.newHandler(channel.alloc()));
    }
    return new SniHandler(byHost, MAX_CLIENT_HELLO, handshakeMillis) {
      @Override
      protected SslHandler newSslHandler(SslContext context, ByteBufAllocator allocator) {
        return limited(super.newSslHandler(context, allocator));
      }
    };
  }

  private SslHandler limited(SslHandler handler) {
    handler.setHandshakeTimeoutMillis(handshakeMillis);
    return handler;
  }
}
