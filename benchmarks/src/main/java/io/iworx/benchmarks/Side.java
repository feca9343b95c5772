package io.iworx.benchmarks;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One side of a comparison, as it is started.
 *
 * @param name what rows call it
 * @param contender the program: the name of a contender, or a script of Node
 * @param options given to it; may depend on what was measured before it
 * @param jvm arguments of its JVM
 * @param store what it is given to write to
 * @param rounds how often it runs at most: fewer for what takes long and repeats within itself
 * @param missing why it cannot run here, and how to get what it lacks
 */
record Side(
    String name,
    String contender,
    Function<Results, Map<String, String>> options,
    List<String> jvm,
    Store store,
    int rounds,
    Supplier<Optional<String>> missing) {

  /** What a side is given to write to. */
  enum Store {
    /** Nothing: it brings a broker of its own. */
    NONE,
    /** A fresh database. */
    DATABASE,
    /** A fresh database of a server that counts statements. */
    COUNTING
  }

  static Side of(String name, String contender) {
    return new Side(
        name,
        contender,
        _ -> Map.of(),
        List.of(),
        Store.DATABASE,
        Integer.MAX_VALUE,
        Optional::empty);
  }

  Side with(Map<String, String> newOptions) {
    return with(_ -> newOptions);
  }

  Side with(Function<Results, Map<String, String>> newOptions) {
    return new Side(name, contender, newOptions, jvm, store, rounds, missing);
  }

  /** With that option besides the others. */
  Side and(String option, String value) {
    return with(
        results -> {
          Map<String, String> all = new TreeMap<>(options.apply(results));
          all.put(option, value);
          return all;
        });
  }

  Side in(Store newStore) {
    return new Side(name, contender, options, jvm, newStore, rounds, missing);
  }

  Side jvm(String... newArguments) {
    return new Side(name, contender, options, List.of(newArguments), store, rounds, missing);
  }

  Side once() {
    return new Side(name, contender, options, jvm, store, 1, missing);
  }

  Side unless(Supplier<Optional<String>> newMissing) {
    return new Side(name, contender, options, jvm, store, rounds, newMissing);
  }

  boolean isNode() {
    return contender.endsWith(".mjs");
  }
}
