package io.iworx.benchmarks.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;

/**
 * One connection of a {@link Loader}: writes the same bytes, and reads as much of an answer as it
 * takes to know that it is 200 and where it ends. All on the loader's event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails closes the channel
final class LoadConnection extends ChannelInboundHandlerAdapter implements Lane {
  private static final byte[] OK = "HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LENGTH = "content-length:".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_HEAD = 8 << 10;

  private final Loader loader;
  private final Channel channel;
  private final ByteBuf request;
  private final byte[] head = new byte[MAX_HEAD];
  private int headLength;
  private long remaining = -1;
  private boolean right;
  private boolean underWay;
  private long due;

  LoadConnection(Loader loader, Channel channel, ByteBuf request) {
    this.loader = loader;
    this.channel = channel;
    this.request = request;
  }

  @Override
  public void send(long newDue) {
    due = newDue;
    underWay = true;
    channel.writeAndFlush(request.duplicate());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    try {
      while (bytes.isReadable()) {
        if (remaining < 0) {
          readHead(bytes);
        } else {
          int piece = (int) Math.min(remaining, bytes.readableBytes());
          bytes.skipBytes(piece);
          remaining -= piece;
        }
        if (remaining == 0) {
          remaining = -1;
          underWay = false;
          loader.answered(this, right, due);
        }
      }
    } finally {
      bytes.release();
    }
  }

  private void readHead(ByteBuf bytes) {
    int from = headLength;
    int taken = Math.min(bytes.readableBytes(), MAX_HEAD - headLength);
    bytes.getBytes(bytes.readerIndex(), head, headLength, taken);
    headLength += taken;
    int end = endOfHead(Math.max(0, from - 3));
    if (end < 0) {
      if (headLength == MAX_HEAD) {
        throw new IllegalStateException("An answer's head is longer than " + MAX_HEAD + " bytes.");
      }
      bytes.skipBytes(taken);
      return;
    }
    bytes.skipBytes(end - from);
    headLength = 0;
    right = begins(head, 0, OK);
    remaining = length(end);
  }

  private int endOfHead(int start) {
    for (int i = start; i + 3 < headLength; i++) {
      if (head[i] == '\r' && head[i + 1] == '\n' && head[i + 2] == '\r' && head[i + 3] == '\n') {
        return i + 4;
      }
    }
    return -1;
  }

  private long length(int end) {
    for (int i = 0; i < end; i++) {
      if (head[i] == '\n' && (head[i + 1] | 0x20) == 'c' && begins(head, i + 1, LENGTH)) {
        long length = 0;
        for (int at = i + 1 + LENGTH.length; head[at] != '\r'; at++) {
          length = head[at] == ' ' ? length : length * 10 + head[at] - '0';
        }
        return length;
      }
    }
    throw new IllegalStateException("An answer has no content-length.");
  }

  private static boolean begins(byte[] text, int start, byte[] expected) {
    for (int i = 0; i < expected.length; i++) {
      byte c = text[start + i];
      if (c != expected[i] && (c | 0x20) != expected[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    loader.broken(this, underWay);
    underWay = false;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
