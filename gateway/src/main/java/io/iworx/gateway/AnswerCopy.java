package io.iworx.gateway;

import io.iworx.gateway.spi.IdempotencyStore;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The service's answer as it goes to the client, copied while it is small enough. */
final class AnswerCopy {
  static final int MOST = 1 << 20;

  /** Said anew each time, or about the connection. */
  private static final Set<String> NOT_COPIED =
      Set.of(
          "x-correlation-id", "connection", "transfer-encoding", "content-length", "date", "vary");

  private final ByteArrayOutputStream body = new ByteArrayOutputStream(512);
  private List<Map.Entry<String, String>> headers = List.of();
  private int status;
  private boolean lost;

  void head(int code, HttpHeaders head) {
    status = code;
    var copied = new ArrayList<Map.Entry<String, String>>();
    for (var field : head) {
      var name = field.getKey();
      if (!NOT_COPIED.contains(name) && !name.startsWith("access-control-")) {
        copied.add(Map.entry(name, field.getValue()));
      }
    }
    headers = copied;
    var type = head.get("content-type");
    lost = type != null && type.startsWith("text/event-stream");
  }

  void piece(ByteBuf piece) {
    if (lost || body.size() + piece.readableBytes() > MOST) {
      lost = true;
      return;
    }
    var bytes = new byte[piece.readableBytes()];
    piece.getBytes(piece.readerIndex(), bytes);
    body.writeBytes(bytes);
  }

  /** There is more behind the body: the answer cannot be given again as it was. */
  void trailers() {
    lost = true;
  }

  /** Whether the service has answered. */
  boolean begun() {
    return status != 0;
  }

  int status() {
    return status;
  }

  /** All of it; null when it is too large to keep, has trailers, or is a stream of events. */
  IdempotencyStore.@Nullable Answer whole() {
    return lost ? null : new IdempotencyStore.Answer(status, headers, body.toByteArray());
  }
}
