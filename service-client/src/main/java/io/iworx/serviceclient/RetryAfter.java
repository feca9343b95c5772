package io.iworx.serviceclient;

import io.iworx.correlation.FailureKind;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The {@code retry-after} header (RFC 9110 §10.2.3): seconds or a date. */
final class RetryAfter {

  /** A longer wish is shortened to this: a wrong header must not silence a caller for days. */
  static final Duration MAX = Duration.ofHours(1);

  private static final Pattern SECONDS = Pattern.compile("[0-9]+");
  private static final int SURELY_TOO_LONG = 9;

  private RetryAfter() {}

  static FailureKind throttled(Reply.Answered answer, Clock clock) {
    return new FailureKind.Throttled(of(answer.header("retry-after"), clock));
  }

  /** What the header asks for; zero when it is absent, garbage or in the past. */
  static Duration of(@Nullable String header, Clock clock) {
    if (header == null) {
      return Duration.ZERO;
    }
    if (SECONDS.matcher(header).matches()) {
      return header.length() > SURELY_TOO_LONG
          ? MAX
          : atMostMax(Duration.ofSeconds(Long.parseLong(header)));
    }
    try {
      var date = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(header));
      return atMostMax(Duration.between(clock.instant(), date));
    } catch (DateTimeException e) {
      return Duration.ZERO; // garbage asks for nothing
    }
  }

  private static Duration atMostMax(Duration wish) {
    if (wish.isNegative()) {
      return Duration.ZERO;
    }
    return wish.compareTo(MAX) < 0 ? wish : MAX;
  }
}
