package io.iworx.serviceclient;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one attempt brought: a whole answer of any status, or none. */
sealed interface Reply permits Reply.Answered, Fault {

  /** What it shows about the target. */
  Breaker.Verdict verdict();

  /** What the status of an answer shows: 501 and 505 speak of the request alone. */
  static Breaker.Verdict verdict(int status) {
    return status >= 500 && status != 501 && status != 505
        ? Breaker.Verdict.FAILED
        : Breaker.Verdict.ALIVE;
  }

  /**
   * A whole answer.
   *
   * @param streamed what the call's own reader made of the body; null when there was none to run
   */
  record Answered(
      int status, Map<String, List<String>> headers, Content content, @Nullable Streamed streamed)
      implements Reply {

    @Nullable String header(String name) {
      var values = headers.get(name);
      return values == null ? null : values.getFirst();
    }

    @Override
    public Breaker.Verdict verdict() {
      return Reply.verdict(status);
    }

    Answered withContent(Content newContent) {
      return new Answered(status, headers, newContent, streamed);
    }

    Answered withStreamed(Streamed newStreamed) {
      return new Answered(status, headers, content, newStreamed);
    }

    /** Whether the whole answer has been read, so that its connection can serve another call. */
    boolean complete() {
      return streamed == null || streamed.complete();
    }

    boolean success() {
      return status / 100 == 2;
    }

    /** Whether the body is not the plain bytes that were asked for. */
    boolean encoded() {
      var encoding = header("content-encoding");
      return encoding != null && !encoding.equalsIgnoreCase("identity");
    }
  }

  /**
   * What a reader made of a body.
   *
   * @param value what it returned, which may be null
   * @param complete whether it read all of it
   */
  record Streamed(@Nullable Object value, boolean complete) {}
}
