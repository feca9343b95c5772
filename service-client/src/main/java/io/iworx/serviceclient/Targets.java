package io.iworx.serviceclient;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** The services called so far, by the first segment of the path. */
final class Targets {
  /** Paths that say the service from outside could name any number; the rest share one target. */
  private static final int MAX = 1000;

  private static final String REST = "*";

  private final Map<String, Target> known = new ConcurrentHashMap<>();
  private final ClientSettings settings;
  private final BiConsumer<String, BreakerState> changed;

  Targets(ClientSettings settings, BiConsumer<String, BreakerState> changed) {
    this.settings = settings;
    this.changed = changed;
  }

  Target of(String path) {
    var name = name(path);
    var target = known.get(name);
    return target != null ? target : add(known.size() < MAX ? name : REST);
  }

  private Target add(String name) {
    return known.computeIfAbsent(
        name, _ -> new Target(name, settings, state -> changed.accept(name, state)));
  }

  private static String name(String path) {
    for (int i = 1; i < path.length(); i++) {
      if (path.charAt(i) == '/' || path.charAt(i) == '?') {
        return path.substring(1, i);
      }
    }
    return path.substring(1);
  }
}
