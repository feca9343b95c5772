package io.iworx.correlation;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The key by which a receiver recognises a request it has already seen, ambient while the work that
 * it names runs.
 *
 * <p>A saga step puts its key in scope; the service client sends it as {@code idempotency-key} with
 * every call that is not idempotent by itself. One key means one request: work that makes several
 * such calls to the same path must give each a key of its own.
 *
 * <p>Bound to the thread that runs the work and to no other.
 */
public final class IdempotencyKey {
  private static final Pattern ACCEPTED = Pattern.compile("[\\x21-\\x7e]{1,255}");
  private static final ScopedValue<String> CURRENT = ScopedValue.newInstance();

  private IdempotencyKey() {}

  /** The key in scope on this thread. */
  public static Optional<String> current() {
    return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
  }

  /** Whether a key can be sent as a header: 1 to 255 visible ASCII characters. */
  public static boolean accepts(String key) {
    return ACCEPTED.matcher(key).matches();
  }

  /**
   * Runs the work with the key in scope and returns its result.
   *
   * @throws X what the work throws
   * @throws IllegalArgumentException when {@link #accepts} refuses the key
   */
  public static <T extends @Nullable Object, X extends Throwable> T call(
      String key, ScopedValue.CallableOp<? extends T, X> work) throws X {
    if (!accepts(key)) {
      throw new IllegalArgumentException(
          "An idempotency key is 1 to 255 visible ASCII characters; this one has "
              + key.length()
              + " characters or others among them.");
    }
    return ScopedValue.where(CURRENT, key).call(work);
  }
}
