package io.iworx.serviceclient;

import io.iworx.correlation.FailureKind;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What came back up the interceptors: a whole answer of any status, or none. */
sealed interface Reply {

  /** How many times the call was tried. */
  int attempts();

  /** A whole answer. */
  record Answered(int status, Map<String, List<String>> headers, Content content, int attempts)
      implements Reply {

    @Nullable String header(String name) {
      var values = headers.get(name);
      return values == null ? null : values.getFirst();
    }
  }

  /**
   * No usable answer.
   *
   * @param kind what that permits
   * @param error one sentence
   * @param stale whether it only shows that a kept connection had been closed by the other side
   */
  record Unanswered(FailureKind kind, String error, boolean stale, int attempts) implements Reply {}
}
