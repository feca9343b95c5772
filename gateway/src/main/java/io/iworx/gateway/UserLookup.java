package io.iworx.gateway;

import io.iworx.correlation.Identity;
import io.iworx.gateway.spi.IdentityLookup;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The organization of users whose tokens do not name one: asked for off the event loops, once for
 * all who wait, and remembered for {@link #REMEMBERED}, at most {@value #MOST} of them. Whoever
 * cannot be looked up is refused.
 */
final class UserLookup {
  static final Duration REMEMBERED = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int MOST = 10_000;
  private static final Pattern VALUE = Pattern.compile("[\\x21-\\x2b\\x2d-\\x7e]{1,256}");
  private static final Logger log = LoggerFactory.getLogger(UserLookup.class);

  private record Known(Identity identity, long until) {}

  private final IdentityLookup lookup;
  private final String query;
  private final ConcurrentHashMap<String, Known> known = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, CompletableFuture<Identity>> underWay =
      new ConcurrentHashMap<>();

  UserLookup(IdentityLookup lookup, String query) {
    this.lookup = lookup;
    this.query = query;
  }

  /** Whether a token leaves open which rows its user sees. */
  static boolean isNeededFor(Identity identity) {
    return identity.organizationId() == null && !identity.crossProjectAccess();
  }

  /** What is remembered; null for nothing. */
  @Nullable Identity known(String user) {
    var found = known.get(user);
    return found != null && found.until() - System.nanoTime() > 0 ? found.identity() : null;
  }

  /** Asks; completes exceptionally when nobody can tell, or not in time. */
  CompletionStage<Identity> find(String user) {
    var begun = new CompletableFuture<Identity>();
    var other = underWay.putIfAbsent(user, begun);
    if (other != null) {
      return other;
    }
    Thread.ofVirtual().name("iworx-gateway-identity").start(() -> findInto(user, begun));
    return begun.orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void findInto(String user, CompletableFuture<Identity> result) {
    try {
      var identity =
          lookup
              .find(query, user)
              .map(it -> new Identity(user, checked(it.organization()), it.crossProjectAccess()))
              .orElse(Identity.of(user, null));
      if (known.size() >= MOST) {
        known.clear(); // cheaper than choosing, and rare: ten thousand users in a minute
      }
      known.put(user, new Known(identity, System.nanoTime() + REMEMBERED.toNanos()));
      underWay.remove(user);
      result.complete(identity);
    } catch (RuntimeException e) {
      log.warn("[API Gateway] a user cannot be looked up: {}", e.toString());
      underWay.remove(user);
      result.completeExceptionally(e);
    }
  }

  private static @Nullable String checked(@Nullable String organization) {
    if (organization != null && !VALUE.matcher(organization).matches()) {
      throw new IllegalStateException("the organization that was found cannot be a header");
    }
    return organization;
  }
}
