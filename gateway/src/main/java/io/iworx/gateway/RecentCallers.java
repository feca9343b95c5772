package io.iworx.gateway;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Something for each of the callers that were here lately, at most so many: two generations, of
 * which the older goes whole when the younger is full. Finding one that was here allocates nothing.
 */
final class RecentCallers<T> {
  private final int half;
  private final Function<String, T> made;
  private volatile ConcurrentHashMap<String, T> young = new ConcurrentHashMap<>();
  private volatile ConcurrentHashMap<String, T> old = new ConcurrentHashMap<>();

  RecentCallers(int most, Function<String, T> made) {
    this.half = Math.max(1, most / 2);
    this.made = made;
  }

  T get(String caller) {
    var found = young.get(caller);
    return found == null ? enter(caller) : found;
  }

  private T enter(String caller) {
    if (young.size() >= half) {
      turn();
    }
    var known = old.get(caller);
    var entered = known == null ? made.apply(caller) : known;
    var other = young.putIfAbsent(caller, entered);
    return other == null ? entered : other;
  }

  private synchronized void turn() {
    if (young.size() >= half) {
      old = young;
      young = new ConcurrentHashMap<>();
    }
  }

  int size() {
    return young.size() + old.size();
  }
}
