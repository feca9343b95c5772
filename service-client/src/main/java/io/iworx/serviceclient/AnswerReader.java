package io.iworx.serviceclient;

import io.iworx.correlation.CorrelationHeaders;
import io.iworx.correlation.FailureKind;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Makes of what came back what was asked for, or says why that cannot be.
 *
 * @param type what was asked for
 * @param clock what a date in {@code retry-after} is compared with
 */
record AnswerReader<T>(ResponseType<T> type, Clock clock) {
  private static final int MAX_PROBLEM_BYTES = 4 * 1024;
  private static final Pattern CHARSET =
      Pattern.compile(";\\s*charset=\"?([A-Za-z0-9._:-]+)", Pattern.CASE_INSENSITIVE);

  /** What an answer means to the caller. */
  sealed interface Meaning<T> {
    record Read<T>(T body, Reply.Answered answer) implements Meaning<T> {}

    record Failed<T>(Fault fault) implements Meaning<T> {}
  }

  Meaning<T> read(Reply reply) {
    return switch (reply) {
      case Fault fault -> new Meaning.Failed<>(fault);
      case Reply.Answered answer when answer.success() -> success(answer);
      case Reply.Answered answer -> failed(answer, StatusKind.of(answer, clock), error(answer));
    };
  }

  private Meaning<T> success(Reply.Answered answer) {
    var wanted = type.type();
    if (wanted == Void.class) {
      return body(answer, null);
    }
    if (answer.encoded()) {
      return unreadable(answer, "it is compressed, which was not asked for");
    }
    if (answer.streamed() != null) {
      return body(answer, answer.streamed().value());
    }
    if (wanted == byte[].class) {
      return body(answer, answer.content().octets());
    }
    if (wanted == String.class) {
      return body(answer, text(answer.content()));
    }
    return json(answer);
  }

  private Meaning<T> json(Reply.Answered answer) {
    var wanted = type.type();
    var octets = answer.content().octets();
    if (octets.length == 0) {
      return unreadable(answer, "it is empty where JSON was expected");
    }
    try {
      var body = Json.read(octets, wanted);
      return body == null ? unreadable(answer, "it is the JSON null") : body(answer, body);
    } catch (JacksonException e) {
      // Jackson's text may quote the body, which belongs in no log.
      return unreadable(answer, "it is no JSON of " + wanted.getTypeName());
    }
  }

  /** The response type has said what the body is; Void's and a reader's null are all there is. */
  @SuppressWarnings({"unchecked", "NullAway"})
  private Meaning<T> body(Reply.Answered answer, @Nullable Object body) {
    return new Meaning.Read<>((T) body, answer);
  }

  private Meaning<T> unreadable(Reply.Answered answer, String why) {
    return failed(answer, new FailureKind.Permanent(), "The answer cannot be read: " + why);
  }

  private Meaning<T> failed(Reply.Answered answer, FailureKind kind, String error) {
    return new Meaning.Failed<>(
        new Fault(
            kind,
            answer.status(),
            error,
            problem(answer.content().octets()),
            answer.header(CorrelationHeaders.IDEMPOTENCY_KEY),
            Fault.Cause.ANSWER));
  }

  private static String error(Reply.Answered answer) {
    var error = Json.errorMember(answer.content().octets());
    if (error != null && !error.isEmpty()) {
      return error;
    }
    return answer.status() / 100 == 3
        ? "The answer redirects, which is never followed"
        : "The answer has status " + answer.status() + " and no error message";
  }

  private static @Nullable String problem(byte[] octets) {
    return octets.length == 0
        ? null
        : new String(octets, 0, Math.min(octets.length, MAX_PROBLEM_BYTES), StandardCharsets.UTF_8);
  }

  private static String text(Content content) {
    var charset = CHARSET.matcher(content.mediaType());
    return new String(
        content.octets(),
        charset.find() && Charset.isSupported(charset.group(1))
            ? Charset.forName(charset.group(1))
            : StandardCharsets.UTF_8);
  }
}
