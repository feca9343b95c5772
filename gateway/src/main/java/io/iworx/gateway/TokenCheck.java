package io.iworx.gateway;

import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** What became of checking a token. */
sealed interface TokenCheck {

  /** It is genuine and in time, until it expires. */
  record Valid(Token token, TokenClaims claims, Instant expires) implements TokenCheck {}

  /** It is not; why is for the debug log only. */
  record Invalid(String reason) implements TokenCheck {}

  /** Nobody can tell, because the keys cannot be had. */
  record Undecided() implements TokenCheck {}

  /** The keys are being fetched. */
  record Waiting(CompletionStage<TokenCheck> check) implements TokenCheck {}
}
