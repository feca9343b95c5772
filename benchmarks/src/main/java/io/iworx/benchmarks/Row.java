package io.iworx.benchmarks;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A line of the table.
 *
 * @param name short, for {@code --only}
 * @param what what is compared with what
 * @param sides what has to be run for it; the first is ours
 */
record Row(
    String name,
    String what,
    String unit,
    Bound bound,
    List<String> sides,
    Function<Results, Figure> figures) {

  /** Our rate against another's; cheaper by the same factor is as good. */
  static Row rate(String name, String what, String ours, String theirs, double floor, double goal) {
    return rates(name, what, ours, theirs, new Bound(floor, goal, false, true, true));
  }

  /** Our rate against our own under easier circumstances. */
  static Row share(
      String name, String what, String ours, String easier, double floor, double goal) {
    return rates(name, what, ours, easier, new Bound(floor, goal, false, true, false));
  }

  /** Our rate against another's, for information. */
  static Row inform(String name, String what, String ours, String theirs) {
    return rates(name, what, ours, theirs, Bound.NONE);
  }

  private static Row rates(String name, String what, String ours, String theirs, Bound bound) {
    return new Row(
        name,
        what,
        "events/s",
        bound,
        List.of(ours, theirs),
        results ->
            new Figure(
                results.median(ours, "rate"),
                results.median(theirs, "rate"),
                results.median(ours, "cpu"),
                results.median(theirs, "cpu")));
  }

  /** A figure of ours against the same of another, where less is better. */
  static Row cost(
      String name,
      String what,
      String unit,
      String figure,
      String ours,
      String theirs,
      Bound bound) {
    return new Row(
        name,
        what,
        unit,
        bound,
        List.of(ours, theirs),
        results ->
            new Figure(
                results.median(ours, figure),
                results.median(theirs, figure),
                results.median(ours, "client"),
                results.median(theirs, "client")));
  }

  /** A figure of ours that must not be larger. */
  static Row atMost(
      String name,
      String what,
      String unit,
      String side,
      String figure,
      double floor,
      double goal) {
    return new Row(
        name,
        what,
        unit,
        new Bound(floor, goal, true, false, false),
        List.of(side),
        results -> Figure.alone(results.median(side, figure)));
  }

  /** The row with its figures. */
  Outcome outcome(Results results) {
    for (String side : sides) {
      var absence = results.absence(side);
      if (absence.isPresent() && results.runs(side) == 0) {
        boolean ours = side.equals(sides.getFirst());
        boolean broken = ours && absence.get().failed() && bound.isPromise();
        Boolean holds = broken ? false : null;
        Figure figure = ours ? Figure.NONE : figures.apply(results);
        return new Outcome(this, figure, holds, runs(results), absence.get().reason());
      }
    }
    Figure figure = figures.apply(results);
    return new Outcome(this, figure, bound.holds(figure), runs(results), null);
  }

  private int runs(Results results) {
    return sides.stream().mapToInt(results::runs).min().orElse(0);
  }

  /**
   * A row that was measured, or not.
   *
   * @param holds whether the promise is kept; null when that cannot be said
   * @param runs of how many runs a side the figures are medians at least
   * @param note why it cannot
   */
  record Outcome(
      Row row, Figure figure, @Nullable Boolean holds, int runs, @Nullable String note) {}
}
