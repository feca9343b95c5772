package io.iworx.sagas;

import io.iworx.correlation.ClassifiedFailure;
import io.iworx.correlation.FailureKind;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import org.jspecify.annotations.Nullable;

/**
 * Whether one piece of work may have happened although nothing returned. It may from the first
 * attempt on that got no answer, or left no record; later failures take nothing of that back, but
 * for a refusal that answers this very idempotency key.
 */
final class Doubt {
  private final boolean outside;
  private final @Nullable String key;
  private boolean maybeDone;

  private Doubt(boolean outside, @Nullable String key, boolean maybeDone) {
    this.outside = outside;
    this.key = key;
    this.maybeDone = maybeDone;
  }

  /** Work in the saga's own transaction: what throws is rolled back. */
  static Doubt inside() {
    return new Doubt(false, null, false);
  }

  /**
   * Work anywhere else.
   *
   * @param key what every attempt goes by
   * @param tried whether there may have been an attempt that left no record
   */
  static Doubt outside(String key, boolean tried) {
    return new Doubt(true, key, tried);
  }

  boolean maybeDone() {
    return maybeDone;
  }

  /** Takes note of a failed attempt, and says what it permits. */
  FailureKind after(Exception failure) {
    var classified = ClassifiedFailure.in(failure);
    var kind = classified == null ? unclassified(failure) : classified.kind();
    if (kind instanceof FailureKind.Unknown) {
      maybeDone = true;
    } else if (kind instanceof FailureKind.Permanent
        && classified != null
        && key != null
        && key.equals(classified.answeredKey())) {
      maybeDone = false;
    }
    return kind;
  }

  /** Nobody knows how far an outside call came that threw just anything. */
  private FailureKind unclassified(Exception failure) {
    return outside && !neverConnected(failure)
        ? new FailureKind.Unknown()
        : new FailureKind.Retryable();
  }

  private static boolean neverConnected(Exception failure) {
    return failure instanceof ConnectException
        || failure instanceof HttpConnectTimeoutException
        || failure instanceof NoRouteToHostException
        || failure instanceof UnknownHostException
        || failure instanceof UnresolvedAddressException;
  }
}
