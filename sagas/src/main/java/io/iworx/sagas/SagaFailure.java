package io.iworx.sagas;

import io.iworx.correlation.ClassifiedFailure;
import io.iworx.correlation.FailureKind;
import org.jspecify.annotations.Nullable;

/**
 * Why a saga, or one of its steps, failed.
 *
 * @param step the step's identity, such as {@code reserve-parts} or {@code reserve#2}; {@value
 *     #BODY} when the code between steps threw, {@value #CANCEL} when it was cancelled
 * @param message what was thrown, in its own words
 * @param kind what the failure permits
 * @param code a short word for programs, such as an HTTP status {@code 409}; null when there is
 *     none
 * @param detail what the failing side said, such as the body of its answer; null when it said
 *     nothing
 */
public record SagaFailure(
    String step, String message, Kind kind, @Nullable String code, @Nullable String detail) {

  /** The step of a failure that no step is to blame for. */
  public static final String BODY = "body";

  /** The step of the failure of a saga that was cancelled. */
  public static final String CANCEL = "cancel";

  private static final int MAX_MESSAGE = 1_000;
  private static final int MAX_DETAIL = 8_192;

  /** The cases of {@link FailureKind}, as they are stored. */
  public enum Kind {
    RETRYABLE,
    THROTTLED,
    PERMANENT,
    EXPIRED,
    UNKNOWN;

    static Kind of(FailureKind kind) {
      return switch (kind) {
        case FailureKind.Retryable _ -> RETRYABLE;
        case FailureKind.Throttled _ -> THROTTLED;
        case FailureKind.Permanent _ -> PERMANENT;
        case FailureKind.Expired _ -> EXPIRED;
        case FailureKind.Unknown _ -> UNKNOWN;
      };
    }
  }

  static SagaFailure of(String step, Throwable thrown) {
    return of(step, ClassifiedFailure.kindOf(thrown), thrown);
  }

  /** With a kind that what was thrown does not tell by itself. */
  static SagaFailure of(String step, FailureKind kind, Throwable thrown) {
    var classified = ClassifiedFailure.in(thrown);
    return new SagaFailure(
        step,
        sentence(thrown),
        Kind.of(kind),
        classified == null ? null : storable(classified.code(), MAX_MESSAGE),
        classified == null ? null : storable(classified.detail(), MAX_DETAIL));
  }

  /** The same at another step. */
  SagaFailure at(String otherStep) {
    return new SagaFailure(otherStep, message, kind, code, detail);
  }

  private static String sentence(Throwable thrown) {
    var message = storable(thrown.getMessage(), MAX_MESSAGE);
    return message == null || message.isBlank() ? thrown.getClass().getName() : message;
  }

  /** Cut to a length, and without NUL, which PostgreSQL cannot store. */
  private static @Nullable String storable(@Nullable String text, int maxLength) {
    if (text == null) {
      return null;
    }
    var cut = text.length() <= maxLength ? text : text.substring(0, maxLength - 1) + "…";
    return cut.replace('\0', '�');
  }
}
