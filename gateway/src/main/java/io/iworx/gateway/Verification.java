package io.iworx.gateway;

import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** What verifying a token's signature and claims came to. */
sealed interface Verification {

  /**
   * Signed by a key we trust, meant for us, in time.
   *
   * @param expires when it stops being valid, clock skew included
   * @param keyGeneration the keys it was verified with
   */
  record Genuine(Token token, TokenClaims claims, Instant expires, long keyGeneration)
      implements Verification {}

  record Refused(String reason) implements Verification {}

  /** The key set could not be fetched, lately or ever. */
  record NoKeys() implements Verification {}

  /** The key set is being fetched because of this token. */
  record Fetching(CompletionStage<Verification> verification) implements Verification {}
}
