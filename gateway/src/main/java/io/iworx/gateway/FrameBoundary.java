package io.iworx.gateway;

import io.netty.buffer.ByteBuf;

/**
 * Follows the frames of a WebSocket (RFC 6455 §5.2) as they go by, in one direction, to know where
 * one may be put between them. Looks at lengths only.
 */
final class FrameBoundary {
  private static final int TWO_BYTES = 126;
  private static final int EIGHT_BYTES = 127;

  private boolean inHead;
  private boolean lengthRead;
  private int lengthBytes;
  private int maskBytes;
  private long payload;
  private boolean lost;

  /** Takes note of bytes; leaves them as they are. */
  void pass(ByteBuf bytes) {
    var at = bytes.readerIndex();
    while (at < bytes.writerIndex() && !lost) {
      if (!inHead && payload > 0) {
        var length = (int) Math.min(payload, bytes.writerIndex() - at);
        payload -= length;
        at += length;
      } else {
        head(bytes.getByte(at++));
      }
    }
  }

  private void head(byte next) {
    if (!inHead) {
      inHead = true;
      lengthRead = false;
      return;
    }
    if (!lengthRead) {
      lengthRead = true;
      var length = next & 0x7f;
      lengthBytes = length == TWO_BYTES ? 2 : length == EIGHT_BYTES ? 8 : 0;
      payload = lengthBytes == 0 ? length : 0;
      maskBytes = next < 0 ? 4 : 0;
    } else if (lengthBytes > 0) {
      lengthBytes--;
      payload = payload << 8 | (next & 0xff);
    } else {
      maskBytes--;
    }
    inHead = lengthBytes + maskBytes > 0;
    lost = payload < 0; // such a length is not allowed: from here on nobody knows
  }

  /** Whether all frames that began have ended. */
  boolean isBetweenFrames() {
    return !inHead && payload == 0 && !lost;
  }
}
