package io.iworx.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A short run is clean, and the same run finds what is planted. */
class TortureIT {
  private static final long SEED = 20_261_123;

  private static final Set<Plant> HOLD_UP = Set.of(Plant.SLEEPY, Plant.STUBBORN, Plant.FAINT);

  @TempDir private Path folder;

  private RoundResult run(TortureOptions options) throws Exception {
    System.out.println(Report.command(options.seed(), options));
    var results = new Torture(options, folder, System.out::println).run();
    assertThat(results).hasSize(1);
    return results.getFirst();
  }

  @Test
  void keepsEveryPromise() throws Exception {
    var result = run(TortureOptions.of(SEED).withDuration(Duration.ofSeconds(15)));
    // How soon others go on is for a machine that does nothing else: the command judges that too.
    assertThat(result.findings()).filteredOn(it -> it.broken() != Broken.LATE).isEmpty();
    assertThat(result.acknowledged()).isGreaterThan(200);
    assertThat(result.struck()).isNotEmpty();
  }

  /** These do not get in each other's way, so that one run shows all of them. */
  @Test
  void findsWhatIsPlanted() throws Exception {
    var others = EnumSet.of(Plant.UNFLUSHED, Plant.LAGGING);
    others.addAll(HOLD_UP);
    requireFound(EnumSet.complementOf(others), Duration.ofSeconds(8), Duration.ofSeconds(30));
  }

  /** Apart from the others, which would not come to light in time on a slow machine. */
  @Test
  void findsWhatHoldsDeliveriesUp() throws Exception {
    requireFound(HOLD_UP, Duration.ofSeconds(4), Duration.ofSeconds(2));
  }

  private void requireFound(Set<Plant> defects, Duration duration, Duration patience)
      throws Exception {
    var findings =
        run(TortureOptions.of(SEED)
                .withDuration(duration)
                .withLease(Duration.ofSeconds(1))
                .withFaults(
                    Set.of(Fault.KILL_SUBSCRIBER, Fault.END_SESSIONS, Fault.FOREIGN_TRANSACTION))
                .withPlants(defects)
                .withPatience(patience))
            .findings();
    for (var defect : defects) {
      var trace = traceOf(defect);
      assertThat(findings)
          .as("%s is found as %s", defect, trace)
          .anySatisfy(
              it -> {
                assertThat(it.broken()).isEqualTo(trace.broken());
                assertThat(it.sentence()).contains(trace.where());
              });
    }
  }

  private record Trace(Broken broken, String where) {}

  /** What gives a defect away, and no other. */
  private static Trace traceOf(Plant plant) {
    return switch (plant) {
      case SKIP -> new Trace(Broken.LOST, "torture-batch");
      case REPEAT -> new Trace(Broken.DOUBLED, "torture-batch");
      case CARELESS -> new Trace(Broken.DOUBLED, "torture-own");
      case HASTY -> new Trace(Broken.OUT_OF_ORDER, "torture-plain");
      case IMPATIENT -> new Trace(Broken.OUT_OF_ORDER, "torture-waiting");
      case NAIVE -> new Trace(Broken.LOST, "torture-single");
      case UNFLUSHED, LAGGING -> new Trace(Broken.LOST, "is not in the log");
      case GHOST -> new Trace(Broken.TORN, "without its business row");
      case SQUEAMISH -> new Trace(Broken.WRONGLY_SET_ASIDE, "torture-fussy");
      case GARBLED -> new Trace(Broken.GARBLED, "another payload");
      case SLEEPY -> new Trace(Broken.LATE, "went on after");
      case STUBBORN -> new Trace(Broken.STUCK, "still open");
      case FAINT -> new Trace(Broken.ENDED, "ended");
    };
  }

  @ParameterizedTest
  @CsvSource({"UNFLUSHED, STOP_SERVER", "LAGGING, FAIL_OVER"})
  void findsWhatIsAcknowledgedAndNotKept(Plant plant, Fault fault) throws Exception {
    var findings =
        run(failing(fault).withPlants(Set.of(plant)).withPatience(Duration.ofSeconds(10)))
            .findings();
    assertThat(findings)
        .anySatisfy(it -> assertThat(it.sentence()).contains(traceOf(plant).where()));
  }

  private static TortureOptions failing(Fault fault) {
    return TortureOptions.of(SEED).withDuration(Duration.ofSeconds(4)).withFaults(Set.of(fault));
  }

  @Test
  void losesNothingWhenASynchronousStandbyTakesOver() throws Exception {
    assertThat(run(failing(Fault.FAIL_OVER)).findings()).isEmpty();
  }
}
