package io.iworx.benchmarks.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * End to end at full speed while somebody else's write transaction is open for {@code open}
 * seconds, in stretches of the usual length, between two stretches before and two after it.
 */
final class ForeignTransaction implements Contender {
  private static final int BESIDE = 2;

  @Override
  public void run(Stage stage) throws Exception {
    Duration stretch = stage.seconds();
    Course course = EndToEnd.course(Ourselves.open(stage), 1);
    course.pass(stage.warmup());
    List<Double> without = new ArrayList<>();
    List<Double> with = new ArrayList<>();
    for (int i = 0; i < BESIDE; i++) {
      without.add(rate(course, stretch));
    }
    long end = System.nanoTime() + Duration.ofSeconds(stage.number("open")).toNanos();
    try (ForeignWrite _ = ForeignWrite.open(stage)) {
      do {
        with.add(rate(course, stretch));
      } while (System.nanoTime() < end);
    }
    for (int i = 0; i < BESIDE; i++) {
      without.add(rate(course, stretch));
    }
    stage.report("with", middle(with));
    stage.report("with.last", with.getLast());
    stage.report("without", middle(without));
  }

  private static double rate(Course course, Duration time) throws Exception {
    long start = System.nanoTime();
    return course.pass(time) * 1e9 / (System.nanoTime() - start);
  }

  private static double middle(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }
}
