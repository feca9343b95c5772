package io.iworx.torture;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What order is kept by: a few keys that much happens to, many that little happens to, none, and
 * some that look like something else.
 */
final class Keys {
  /** Texts that must go through everything as they are. */
  private static final String[] HOSTILE = {
    "'; DROP TABLE domain_events; --",
    "a\\b\"c'd",
    "$1 {\"key\": null}",
    "line\nbreak\ttab",
    "Größe ✓ 🔧",
    "*",
    "k') ON CONFLICT DO NOTHING; COMMIT; --"
  };

  private static final int HOT = 4;
  private static final int COLD = 300;

  private Keys() {}

  /** A number of a key; negative for none. */
  static int draw(RandomGenerator random) {
    var kind = random.nextInt(10);
    if (kind < 2) {
      return -1;
    }
    return kind < 5 ? random.nextInt(HOT) : HOT + random.nextInt(COLD);
  }

  static @Nullable String named(int number) {
    if (number < 0) {
      return null;
    }
    return number < HOSTILE.length ? HOSTILE[number] : "asset-" + number;
  }

  /** Some text for the payload of an event: always the same, so that a reader knows it as well. */
  static String textOf(String id) {
    var random = new SplittableRandom(id.hashCode());
    return HOSTILE[random.nextInt(HOSTILE.length)].repeat(1 + random.nextInt(8)) + id;
  }
}
