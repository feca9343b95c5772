package io.iworx.eventbus.spi;

import java.util.Arrays;
import java.util.PrimitiveIterator;
import java.util.SortedSet;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/**
 * A set of positions, kept as ranges. Immutable.
 *
 * <p>Its text is that of PostgreSQL's {@code int8multirange}: <code>{[3,4),[7,10)}</code>.
 */
public final class Positions {
  private static final Positions NONE = new Positions(new long[0]);

  /** Starts at even places, inclusive; ends at odd ones, exclusive; ascending throughout. */
  private final long[] bounds;

  private Positions(long[] bounds) {
    this.bounds = bounds;
  }

  public static Positions none() {
    return NONE;
  }

  public static Positions of(long... positions) {
    var sorted = positions.clone();
    Arrays.sort(sorted);
    var builder = new Builder();
    for (var position : sorted) {
      builder.add(position, position + 1);
    }
    return builder.build();
  }

  /** The same of numbers that are sorted already. */
  public static Positions of(SortedSet<Long> positions) {
    var builder = new Builder();
    positions.forEach(position -> builder.add(position, position + 1));
    return builder.build();
  }

  /** The positions after one and up to another. */
  public static Positions between(long after, long upTo) {
    return upTo <= after ? NONE : new Positions(new long[] {after + 1, upTo + 1});
  }

  /**
   * Reads what {@link #toString} writes.
   *
   * @throws IllegalArgumentException when the text is anything else
   */
  public static Positions parse(String text) {
    if (text.equals("{}")) {
      return NONE;
    }
    try {
      var numbers = text.substring(2, text.length() - 2).split("\\),\\[|,", -1);
      var bounds = Arrays.stream(numbers).mapToLong(Long::parseLong).toArray();
      var parsed = new Positions(bounds);
      if (bounds.length % 2 == 0 && parsed.toString().equals(text)) {
        return parsed;
      }
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new IllegalArgumentException("These are no positions: " + text, e);
    }
    throw new IllegalArgumentException("These are no positions: " + text);
  }

  public boolean isEmpty() {
    return bounds.length == 0;
  }

  public boolean contains(long position) {
    var place = Arrays.binarySearch(bounds, position);
    // Found at an even place: a start. Not found, to be put at an odd place: within a range.
    return place >= 0 ? place % 2 == 0 : (-place - 1) % 2 == 1;
  }

  /** How many ranges there are: what keeping the set costs. */
  public int ranges() {
    return bounds.length / 2;
  }

  /** How many positions there are. */
  public long count() {
    var count = 0L;
    for (var i = 0; i < bounds.length; i += 2) {
      count += bounds[i + 1] - bounds[i];
    }
    return count;
  }

  /** The lowest of them. */
  public long first() {
    return bounds[0];
  }

  /** Where the range of the given number, from 0, begins. */
  public long startOf(int range) {
    return bounds[2 * range];
  }

  /** The last of the range of the given number, from 0. */
  public long endOf(int range) {
    return bounds[2 * range + 1] - 1;
  }

  public LongStream stream() {
    return LongStream.range(0, ranges())
        .flatMap(i -> LongStream.range(bounds[2 * (int) i], bounds[2 * (int) i + 1]));
  }

  public Positions plus(Positions others) {
    if (others.isEmpty()) {
      return this;
    }
    if (isEmpty()) {
      return others;
    }
    var builder = new Builder();
    var mine = 0;
    var theirs = 0;
    while (mine < bounds.length || theirs < others.bounds.length) {
      if (theirs == others.bounds.length
          || (mine < bounds.length && bounds[mine] <= others.bounds[theirs])) {
        builder.add(bounds[mine], bounds[mine + 1]);
        mine += 2;
      } else {
        builder.add(others.bounds[theirs], others.bounds[theirs + 1]);
        theirs += 2;
      }
    }
    return builder.build();
  }

  public Positions minus(Positions others) {
    if (isEmpty() || others.isEmpty()) {
      return this;
    }
    return where(position -> !others.contains(position));
  }

  /** Those that are not above the given one. */
  public Positions upTo(long position) {
    if (isEmpty() || bounds[bounds.length - 1] - 1 <= position) {
      return this;
    }
    var builder = new Builder();
    for (var i = 0; i < bounds.length && bounds[i] <= position; i += 2) {
      builder.add(bounds[i], Math.min(bounds[i + 1], position + 1));
    }
    return builder.build();
  }

  /** Those of which the condition holds. */
  public Positions where(LongPredicate condition) {
    var builder = new Builder();
    for (PrimitiveIterator.OfLong each = stream().iterator(); each.hasNext(); ) {
      var position = each.nextLong();
      if (condition.test(position)) {
        builder.add(position, position + 1);
      }
    }
    return builder.build();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Positions that && Arrays.equals(bounds, that.bounds);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bounds);
  }

  @Override
  public String toString() {
    var text = new StringBuilder("{");
    for (var i = 0; i < bounds.length; i += 2) {
      text.append(i == 0 ? "[" : ",[").append(bounds[i]).append(',').append(bounds[i + 1]);
      text.append(')');
    }
    return text.append('}').toString();
  }

  /** Joins ranges that are given in the order of their starts. */
  private static final class Builder {
    private long[] bounds = new long[8];
    private int size;

    void add(long start, long end) {
      if (size > 0 && start <= bounds[size - 1]) {
        bounds[size - 1] = Math.max(bounds[size - 1], end);
        return;
      }
      if (size == bounds.length) {
        bounds = Arrays.copyOf(bounds, size * 2);
      }
      bounds[size] = start;
      bounds[size + 1] = end;
      size += 2;
    }

    Positions build() {
      return size == 0 ? NONE : new Positions(Arrays.copyOf(bounds, size));
    }
  }
}
