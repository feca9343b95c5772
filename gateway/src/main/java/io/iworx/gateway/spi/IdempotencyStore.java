package io.iworx.gateway.spi;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where the gateways of a platform remember requests by their idempotency key.
 *
 * <p>Guarantees: of all who begin with one key one gets a claim, until that is released or the key
 * has grown old; what a claim says counts only while it is the key's. All by the store's own clock.
 * Safe for any thread; blocks; throws when the store cannot be had.
 */
public interface IdempotencyStore {

  /**
   * Begins a request.
   *
   * @param fingerprint what the request is, apart from its key
   * @param atMost how long it may run; after that its outcome counts as unknown
   * @param kept how long the key is kept from now on
   */
  Begun begin(OwnedKey key, byte[] fingerprint, Duration atMost, Duration kept);

  /** The request was answered; without an answer: it was, but the answer was too large to keep. */
  void answered(Claim claim, int status, @Nullable Answer answer);

  /** The request may have happened: there is no answer. */
  void unknown(Claim claim);

  /** The request surely did not happen; the key is free. */
  void release(Claim claim);

  /**
   * Whose key it is.
   *
   * @param organization empty for none
   * @param user the user, or the service that calls for none
   * @param route the route it is for
   */
  record OwnedKey(String organization, String user, String route, String key) {}

  /** Who began the request: no later one. */
  record Claim(OwnedKey key, UUID holder) {}

  /**
   * An answer that was kept whole.
   *
   * @param headers in order
   */
  @SuppressWarnings("ArrayRecordComponent") // written once, read once, never compared
  record Answer(int status, List<Map.Entry<String, String>> headers, byte[] body) {}

  /** What is known of a key. */
  sealed interface Begun {
    /** Nothing: the request is the first, and its claim must be settled. */
    record First(Claim claim) implements Begun {}

    /** The first request is under way. */
    record Running() implements Begun {}

    /** The first request was another one. */
    record Other() implements Begun {}

    /** Nobody knows whether the first request took effect. */
    record Unknown() implements Begun {}

    /** The first request was answered so. */
    record Answered(Answer answer) implements Begun {}

    /** The first request was answered with this status, and its answer was not kept. */
    record AnswerLost(int status) implements Begun {}
  }
}
