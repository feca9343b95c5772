package io.iworx.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A short run is clean, and the same run finds what is planted. */
class TortureIT {
  private static final long SEED = 20_261_123;

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

  @ParameterizedTest
  @CsvSource({
    "NAIVE, FOREIGN_TRANSACTION, LOST",
    "UNFLUSHED, STOP_SERVER, LOST",
    "REPEAT, KILL_SUBSCRIBER_BEFORE_COMMIT, DOUBLED",
    "HASTY, END_LISTENERS, OUT_OF_ORDER"
  })
  void findsWhatIsPlanted(Plant plant, Fault fault, Broken broken) throws Exception {
    var result =
        run(
            TortureOptions.of(SEED)
                .withDuration(Duration.ofSeconds(6))
                .withFaults(Set.of(fault))
                .withPlant(plant));
    assertThat(result.findings()).extracting(Finding::broken).contains(broken);
  }
}
