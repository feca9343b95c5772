package io.iworx.serviceclient;

/**
 * How a call ended. Callers switch over it without {@code default}:
 *
 * {@snippet :
 * switch (client.get("/assets/" + id, Asset.class)) {
 *   case Success<Asset>(var asset, var meta) -> enrich(asset);
 *   case Failure<Asset> failure -> log.warn("asset unavailable: {}", failure);
 * }
 * }
 *
 * @param <T> the type of the body
 */
public sealed interface Outcome<T> permits Success, Failure {

  /**
   * The body of a success.
   *
   * @throws CallFailedException when the call failed; it carries the {@link Failure}
   */
  T orElseThrow();
}
