package io.iworx.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sagas keep their promises at a choice of their moments, and what is planted is found. All
 * moments: {@code ./iworx torture sagas}.
 */
class SagaTortureIT {
  private static final SagaTortureOptions ALL = SagaTortureOptions.of(20_261_128);

  @TempDir private Path folder;

  private SagaTorture.Result run(SagaTortureOptions options) throws Exception {
    var result = new SagaTorture(options, folder, System.out::println).run();
    SagaReport.lines(result, options).forEach(System.out::println);
    System.out.println(SagaReport.summary(result, options));
    return result;
  }

  /** One after the wait, one around the child, and one while undoing; with every fault. */
  @Test
  void keepsEveryPromiseAtAChoiceOfMoments() throws Exception {
    var result = run(ALL.withPaths(Set.of(SagaPath.UNDO)).withMoments(14, 20, Integer.MAX_VALUE));
    // How soon others go on is for a machine that does nothing else: the command judges that too.
    assertThat(result.findings()).filteredOn(it -> it.broken() != Broken.LATE).isEmpty();
    assertThat(result.cases()).hasSizeGreaterThanOrEqualTo(2 * SagaFault.values().length);
  }

  @ParameterizedTest
  @CsvSource({"FORGET, 16, 99", "FRESH_KEYS, 6, 24"})
  void findsWhatIsPlanted(SagaPlant plant, int first, int last) throws Exception {
    var result =
        run(
            ALL.withPaths(Set.of(SagaPath.FORWARD))
                .withFaults(Set.of(SagaFault.CUT))
                .withMoments(first, 1, last)
                .withPlant(plant));
    assertThat(result.findings()).extracting(Finding::broken).contains(Broken.DOUBLED);
  }
}
