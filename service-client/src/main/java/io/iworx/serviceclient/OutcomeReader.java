package io.iworx.serviceclient;

import io.iworx.correlation.FailureKind;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Turns what came back for one call into the outcome that its caller sees.
 *
 * @param call what was called
 * @param correlationId the correlation id it was called with
 * @param elapsed how long it took
 * @param clock what a date in {@code retry-after} is compared with
 */
record OutcomeReader<T>(Call<T> call, String correlationId, Duration elapsed, Clock clock) {
  private static final int MAX_PROBLEM_BYTES = 4 * 1024;
  private static final Pattern CHARSET =
      Pattern.compile(";\\s*charset=\"?([A-Za-z0-9._:-]+)", Pattern.CASE_INSENSITIVE);

  Outcome<T> outcome(Reply reply) {
    return switch (reply) {
      case Reply.Unanswered(var kind, var error, _, var attempts) ->
          new Failure<>(kind, 0, error, null, call.toString(), correlationId, attempts, elapsed);
      case Reply.Answered answer when answer.status() / 100 == 2 -> read(answer);
      case Reply.Answered answer -> failure(answer, StatusKind.of(answer, clock), error(answer));
    };
  }

  private Outcome<T> read(Reply.Answered answer) {
    var type = call.type().type();
    if (type == Void.class) {
      return success(answer, null);
    }
    var encoding = answer.header("content-encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      return unreadable(answer, "it is compressed, which was not asked for");
    }
    if (type == byte[].class) {
      return success(answer, answer.content().octets());
    }
    if (type == String.class) {
      return success(answer, text(answer.content()));
    }
    return json(answer);
  }

  private Outcome<T> json(Reply.Answered answer) {
    var type = call.type().type();
    var octets = answer.content().octets();
    if (octets.length == 0) {
      return unreadable(answer, "it is empty where JSON was expected");
    }
    try {
      var body = Json.read(octets, type);
      return body == null ? unreadable(answer, "it is the JSON null") : success(answer, body);
    } catch (JacksonException e) {
      // Jackson's text may quote the body, which belongs in no log.
      return unreadable(answer, "it is no JSON of " + type.getTypeName());
    }
  }

  /** The response type has said what the body is; Void's null is the one null there is. */
  @SuppressWarnings({"unchecked", "NullAway"})
  private Outcome<T> success(Reply.Answered answer, @Nullable Object body) {
    return new Success<>(
        (T) body,
        new ResponseMeta(
            answer.status(), answer.headers(), correlationId, answer.attempts(), elapsed));
  }

  private Outcome<T> unreadable(Reply.Answered answer, String why) {
    return failure(answer, new FailureKind.Permanent(), "The answer cannot be read: " + why);
  }

  private Outcome<T> failure(Reply.Answered answer, FailureKind kind, String error) {
    return new Failure<>(
        kind,
        answer.status(),
        error,
        problem(answer.content().octets()),
        call.toString(),
        correlationId,
        answer.attempts(),
        elapsed);
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
