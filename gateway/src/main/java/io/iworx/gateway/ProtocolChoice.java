package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a client speaks HTTP/2, and goes: over TLS it has said so in the handshake
 * (ALPN), in the clear it begins with the preface of RFC 9113 §3.4. Until then, and with everyone
 * else, HTTP/1.1 is served. An {@code Upgrade} to HTTP/2 is none to us.
 */
final class ProtocolChoice extends ChannelInboundHandlerAdapter {
  private static final ByteBuf PREFACE =
      Unpooled.unreleasableBuffer(Http2CodecUtil.connectionPrefaceBuf());

  private final boolean encrypted;
  private final ClientConnection http1;
  private final Supplier<Http2ClientConnection> http2;
  private @Nullable ByteBuf begun;

  ProtocolChoice(boolean encrypted, ClientConnection http1, Supplier<Http2ClientConnection> http2) {
    this.encrypted = encrypted;
    this.http1 = http1;
    this.http2 = http2;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (encrypted) {
      ctx.fireChannelRead(message); // the handshake's end comes first
      return;
    }
    var bytes = (ByteBuf) message;
    var all =
        begun == null
            ? bytes
            : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), begun, bytes);
    var compared = Math.min(all.readableBytes(), PREFACE.readableBytes());
    begun = null;
    if (!ByteBufUtil.equals(all, all.readerIndex(), PREFACE, 0, compared)) {
      http1(ctx, all);
    } else if (compared == PREFACE.readableBytes()) {
      http2(ctx, all);
    } else {
      begun = all;
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
      var tls = ctx.pipeline().get(SslHandler.class);
      if (tls != null && ApplicationProtocolNames.HTTP_2.equals(tls.applicationProtocol())) {
        http2(ctx, Unpooled.EMPTY_BUFFER);
      } else {
        http1(ctx, Unpooled.EMPTY_BUFFER);
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  private void http1(ChannelHandlerContext ctx, ByteBuf bytes) {
    ctx.pipeline().remove(this);
    ctx.fireChannelRead(bytes);
  }

  private void http2(ChannelHandlerContext ctx, ByteBuf bytes) {
    if (http1.giveWay()) {
      ctx.pipeline().remove(AnswerEncoder.class);
      ctx.pipeline().replace(http1, null, http2.get());
    }
    http1(ctx, bytes);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    if (begun != null) {
      begun.release();
      begun = null;
    }
  }
}
