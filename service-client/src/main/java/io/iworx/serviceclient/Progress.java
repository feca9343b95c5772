package io.iworx.serviceclient;

import java.io.IOException;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * How far an attempt came, counted in bytes of its connection: whether the other side can have
 * acted on it. Belongs to one attempt and its thread.
 */
final class Progress {
  private boolean reused;
  private boolean sent;
  private boolean received;

  ClassicHttpResponse execute(
      HttpRequestExecutor protocol,
      ClassicHttpRequest message,
      HttpClientConnection connection,
      HttpContext context)
      throws IOException, HttpException {
    var bytes = connection.getEndpointDetails();
    var sentBefore = bytes.getSentBytesCount();
    var receivedBefore = bytes.getReceivedBytesCount();
    reused = bytes.getRequestCount() > 0;
    try {
      return protocol.execute(message, connection, context);
    } finally {
      sent = bytes.getSentBytesCount() > sentBefore;
      received = bytes.getReceivedBytesCount() > receivedBefore;
    }
  }

  /** Whether any byte went out. A write that failed counts as not: the request is incomplete. */
  boolean sent() {
    return sent;
  }

  /** Whether a kept connection ended without a byte of answer. */
  boolean endedUnanswered() {
    return reused && !received;
  }
}
