package io.iworx.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameListenerDecorator;
import io.netty.handler.codec.http2.Http2FrameReader;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads frames and ends the connection of a client that makes work without asking for anything:
 * streams that come to nothing, whether the client resets them or makes the gateway do it (CVE
 * 2023-44487, 2025-8671), and frames that carry no part of a request. Both are counted where every
 * frame comes by, so that none is missed for the state its stream is in.
 */
final class CountedFrames implements Http2FrameReader {
  private static final Duration RESETS_WITHIN = Duration.ofSeconds(30);
  private static final Duration EMPTY_WITHIN = Duration.ofSeconds(10);

  /** A request pays for frames as clients send them around one. */
  private static final int EARNED_BY_REQUEST = 4;

  private final Http2FrameReader reader;
  private final Allowance resets;
  private final Allowance empty;
  private @Nullable Http2FrameListener known;
  private @Nullable Http2FrameListener counting;
  private boolean ended;

  CountedFrames(Http2FrameReader reader, Limits.Http2 limits) {
    this.reader = reader;
    this.resets = new Allowance(limits.maxResets(), RESETS_WITHIN);
    this.empty = new Allowance(limits.maxEmptyFrames(), EMPTY_WITHIN);
  }

  /** A piece of an answer is sent, for which the client owes window updates. */
  void sent(int bytes) {
    empty.earn(2 + bytes / 1024); // some clients send one for each 4 KiB of stream and connection
  }

  void tick(long now) {
    resets.tick(now);
    empty.tick(now);
  }

  @Override
  public void readFrame(ChannelHandlerContext ctx, ByteBuf in, Http2FrameListener listener)
      throws Http2Exception {
    if (ended) {
      in.skipBytes(in.readableBytes());
      return;
    }
    try {
      reader.readFrame(ctx, in, counting(listener));
    } catch (Http2Exception e) {
      if (Http2Exception.isStreamError(e)) {
        take(resets, "too many broken streams");
      }
      throw e;
    }
  }

  private Http2FrameListener counting(Http2FrameListener listener) {
    if (counting == null || !listener.equals(known)) { // another one once the settings have come
      known = listener;
      counting = new Counting(listener);
    }
    return counting;
  }

  private void take(Allowance allowance, String otherwise) throws Http2Exception {
    if (!allowance.take()) {
      ended = true;
      throw Http2Exception.connectionError(Http2Error.ENHANCE_YOUR_CALM, otherwise);
    }
  }

  private void takeEmpty() throws Http2Exception {
    take(empty, "too many frames without a purpose");
  }

  @Override
  public Configuration configuration() {
    return reader.configuration();
  }

  @Override
  public void close() {
    reader.close();
  }

  private final class Counting extends Http2FrameListenerDecorator {
    Counting(Http2FrameListener listener) {
      super(listener);
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean end)
        throws Http2Exception {
      if (!data.isReadable() && !end) {
        takeEmpty();
      }
      return super.onDataRead(ctx, streamId, data, padding, end);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean end)
        throws Http2Exception {
      empty.earn(EARNED_BY_REQUEST);
      super.onHeadersRead(ctx, streamId, headers, padding, end);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int dependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean end)
        throws Http2Exception {
      empty.earn(EARNED_BY_REQUEST);
      super.onHeadersRead(ctx, streamId, headers, dependency, weight, exclusive, padding, end);
    }

    @Override
    public void onPriorityRead(
        ChannelHandlerContext ctx, int streamId, int dependency, short weight, boolean exclusive)
        throws Http2Exception {
      takeEmpty();
      super.onPriorityRead(ctx, streamId, dependency, weight, exclusive);
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode)
        throws Http2Exception {
      take(resets, "too many resets");
      super.onRstStreamRead(ctx, streamId, errorCode);
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings)
        throws Http2Exception {
      takeEmpty();
      super.onSettingsRead(ctx, settings);
    }

    @Override
    public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
      takeEmpty();
      super.onPingRead(ctx, data);
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
      takeEmpty();
      super.onPingAckRead(ctx, data);
    }

    @Override
    public void onSettingsAckRead(ChannelHandlerContext ctx) throws Http2Exception {
      takeEmpty();
      super.onSettingsAckRead(ctx);
    }

    @Override
    public void onWindowUpdateRead(ChannelHandlerContext ctx, int streamId, int increment)
        throws Http2Exception {
      takeEmpty();
      super.onWindowUpdateRead(ctx, streamId, increment);
    }

    @Override
    public void onUnknownFrame(
        ChannelHandlerContext ctx, byte type, int streamId, Http2Flags flags, ByteBuf payload)
        throws Http2Exception {
      takeEmpty();
      super.onUnknownFrame(ctx, type, streamId, flags, payload);
    }
  }
}
