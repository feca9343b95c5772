package io.iworx.benchmarks.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpScheme;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One connection of a {@link Loader} that speaks HTTP/2, with several requests under way. All on
 * the loader's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the stream
final class LoadStreams extends Http2FrameAdapter {
  private final Loader loader;
  private final Channel channel;
  private final Http2Headers request;
  private final Http2ConnectionHandler handler;
  private final Http2Connection.PropertyKey laneKey;
  private boolean reading;

  private LoadStreams(Loader loader, Channel channel, Http2Headers request) {
    this.loader = loader;
    this.channel = channel;
    this.request = request;
    this.handler =
        new Http2ConnectionHandlerBuilder()
            .server(false)
            .validateHeaders(false)
            .initialSettings(new Http2Settings().pushEnabled(false))
            .frameListener(this)
            .build();
    this.laneKey = handler.connection().newKey();
    handler
        .connection()
        .addListener(
            new Http2ConnectionAdapter() {
              @Override
              public void onStreamClosed(Http2Stream stream) {
                lane(stream).closed(stream.id());
              }
            });
  }

  /** Lets a channel speak HTTP/2; the ways of its requests. */
  static List<Lane> on(Channel channel, Loader loader, Http2Headers request, int streams) {
    LoadStreams connection = new LoadStreams(loader, channel, request);
    channel.pipeline().addLast(connection.handler);
    List<Lane> lanes = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      lanes.add(connection.new StreamLane());
    }
    return lanes;
  }

  /** The same request as {@link Loader#get}. */
  static Http2Headers get(String path, HttpScheme scheme) {
    return ReadOnlyHttp2Headers.clientHeaders(
        false,
        AsciiString.cached("GET"),
        AsciiString.cached(path),
        scheme.name(),
        AsciiString.cached("127.0.0.1"),
        HttpHeaderNames.USER_AGENT,
        AsciiString.cached("benchmark/1"),
        HttpHeaderNames.ACCEPT,
        AsciiString.cached("application/json"));
  }

  private StreamLane lane(int streamId) {
    return lane(handler.connection().stream(streamId));
  }

  private StreamLane lane(Http2Stream stream) {
    return Objects.requireNonNull(stream.<StreamLane>getProperty(laneKey));
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean end) {
    lane(streamId).head(headers, end);
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
      boolean end) {
    onHeadersRead(ctx, streamId, headers, padding, end);
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean end) {
    int length = data.readableBytes();
    lane(streamId).body(length, end);
    return length + padding;
  }

  /** One request under way at a time, each in a stream of its own. */
  private final class StreamLane implements Lane {
    private int streamId;
    private long due;
    private boolean right;
    private long remaining;

    @Override
    public void send(long newDue) {
      due = newDue;
      streamId = handler.connection().local().incrementAndGetNextStreamId();
      ChannelHandlerContext context = channel.pipeline().context(handler);
      handler.encoder().writeHeaders(context, streamId, request, 0, true, context.newPromise());
      handler.connection().stream(streamId).setProperty(laneKey, this);
      if (!reading) {
        channel.flush(); // after reading, the handler does
      }
    }

    void head(Http2Headers headers, boolean end) {
      right = "200".contentEquals(headers.status());
      remaining = headers.getLong(HttpHeaderNames.CONTENT_LENGTH, -1);
      body(0, end);
    }

    void body(int length, boolean end) {
      remaining -= length;
      if (end) {
        streamId = 0;
        reading = true;
        loader.answered(this, right && remaining == 0, due);
        reading = false;
      }
    }

    void closed(int closedId) {
      if (closedId == streamId) {
        streamId = 0;
        loader.broken(this, true);
      }
    }
  }
}
