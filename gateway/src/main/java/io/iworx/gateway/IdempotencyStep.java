package io.iworx.gateway;

import io.iworx.correlation.CorrelationHeaders;
import io.iworx.correlation.IdempotencyKey;
import io.iworx.gateway.spi.IdempotencyStore.Answer;
import io.iworx.gateway.spi.IdempotencyStore.Begun;
import io.iworx.gateway.spi.IdempotencyStore.OwnedKey;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets a request with an idempotency key happen once: the first is forwarded, with its body here
 * whole and its key claimed before anything goes out; a repetition gets the first one's answer. The
 * last of a route's steps, so that whoever is refused for anything else claims nothing.
 */
final class IdempotencyStep implements Step {
  private static final String REPLAYED = "idempotency-replayed";
  private static final Duration BEYOND_TIMEOUT = Duration.ofMinutes(1);

  private final KeyedRequests requests;
  private final String route;

  IdempotencyStep(KeyedRequests requests, Route route) {
    this.requests = requests;
    this.route = route.service() + route.match().path() + " " + route.match();
  }

  @Override
  public Verdict apply(Exchange exchange) {
    var request = exchange.request();
    var keys = request.headers().getAll(CorrelationHeaders.IDEMPOTENCY_KEY);
    if (keys.isEmpty() || isSafe(request.method())) {
      return Verdict.PROCEED;
    }
    if (keys.size() > 1 || !IdempotencyKey.accepts(keys.getFirst())) {
      return new Verdict.Refuse(
          Problem.badRequest(
              "The header idempotency-key must be there once, 1 to 255 visible characters."));
    }
    var key = key(exchange, keys.getFirst());
    if (key == null) {
      return Verdict.PROCEED;
    }
    if (request.bodyLength() > AnswerCopy.MOST) {
      return new Verdict.Refuse(Problem.KEYED_BODY_TOO_LARGE);
    }
    return request.hasBody()
        ? new Verdict.Gather(AnswerCopy.MOST, body -> begin(exchange, key, body))
        : begin(exchange, key, null);
  }

  private static boolean isSafe(HttpMethod method) {
    return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
  }

  /** Whose key it is; null for a caller of whom nothing was proved, who shares keys with nobody. */
  private @Nullable OwnedKey key(Exchange exchange, String key) {
    var caller = exchange.caller();
    if (!caller.authenticated()) {
      return null;
    }
    var identity = caller.identity();
    return new OwnedKey(
        Objects.requireNonNullElse(identity.organizationId(), ""),
        Objects.requireNonNullElse(identity.userId(), "service " + caller.name()),
        route,
        key);
  }

  private Verdict begin(Exchange exchange, OwnedKey key, @Nullable KeptBody body) {
    var copy = new AnswerCopy();
    exchange.keyed(copy);
    var atMost = exchange.route().timeout().plus(BEYOND_TIMEOUT);
    var begun = requests.begin(key, fingerprint(exchange, body), atMost);
    exchange.atEnd(
        () -> {
          var _ =
              begun.thenAccept(
                  it -> {
                    if (it instanceof Begun.First(var claim)) {
                      requests.settle(exchange, claim, copy);
                    }
                  });
        });
    return new Verdict.Later(
        begun
            .thenApply(IdempotencyStep::verdict)
            .completeOnTimeout(
                new Verdict.Refuse(Problem.KEYS_NOT_KEPT),
                KeyedRequests.PATIENCE.toMillis(),
                TimeUnit.MILLISECONDS)
            .exceptionally(_ -> new Verdict.Refuse(Problem.KEYS_NOT_KEPT)));
  }

  private static Verdict verdict(Begun begun) {
    return switch (begun) {
      case Begun.First(_) -> Verdict.PROCEED;
      case Begun.Running() -> new Verdict.Refuse(Problem.KEY_RUNNING);
      case Begun.Other() -> new Verdict.Refuse(Problem.KEY_OF_ANOTHER);
      case Begun.Unknown() -> new Verdict.Refuse(Problem.KEY_UNKNOWN);
      case Begun.AnswerLost(var status) ->
          new Verdict.Refuse(Problem.KEY_DONE.with("originalStatus", status));
      case Begun.Answered(var answer) -> new Verdict.Answer(reply(answer));
    };
  }

  private static Reply reply(Answer answer) {
    var headers = new ArrayList<>(answer.headers());
    headers.add(Map.entry(REPLAYED, "true"));
    return new Reply(answer.status(), "", answer.body(), 0, headers);
  }

  /** The request without its headers, but for the one that says what its body is. */
  private static byte[] fingerprint(Exchange exchange, @Nullable KeptBody body) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      var request = exchange.request();
      var type = Objects.requireNonNullElse(request.headers().get("content-type"), "");
      var query = Objects.requireNonNullElse(exchange.query(), "");
      var head = String.join("\n", request.method().name(), exchange.path(), query, type, "");
      digest.update(head.getBytes(StandardCharsets.UTF_8));
      if (body != null) {
        body.update(digest);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256.", e);
    }
  }
}
