package io.iworx.torture;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Strikes sagas at each of their moments, in lanes side by side. */
final class SagaTorture {
  private final SagaTortureOptions options;
  private final Path folder;
  private final Consumer<String> progress;
  private final List<Series> series = new ArrayList<>();

  /**
   * @param folder where the servers' data and the workers' logs go
   * @param progress is told a line for each series of moments
   */
  SagaTorture(SagaTortureOptions options, Path folder, Consumer<String> progress) {
    this.options = options;
    this.folder = folder;
    this.progress = progress;
    for (var path : SagaPath.values()) {
      for (var fault : SagaFault.values()) {
        if (options.paths().contains(path) && options.faults().contains(fault)) {
          series.add(
              new Series(path, fault, new AtomicInteger(options.first()), new AtomicBoolean()));
        }
      }
    }
  }

  /** All moments of one path with one fault. */
  private record Series(SagaPath path, SagaFault fault, AtomicInteger next, AtomicBoolean over) {}

  /** All cases, and what is wrong with them. */
  record Result(List<SagaCase> cases, List<Finding> findings) {}

  Result run() throws Exception {
    var random = new SplittableRandom(options.seed());
    List<Callable<Result>> lanes = new ArrayList<>();
    for (var lane = 1; lane <= options.lanes(); lane++) {
      var place = folder.resolve("lane-" + lane);
      var chance = random.split();
      lanes.add(() -> lane(place, chance));
    }
    List<SagaCase> cases = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(options.lanes())) {
      for (Future<Result> lane : threads.invokeAll(lanes)) {
        cases.addAll(lane.get().cases());
        findings.addAll(lane.get().findings());
      }
    }
    return new Result(cases, findings);
  }

  private Result lane(Path place, SplittableRandom random) throws Exception {
    List<SagaCase> cases = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    try (var stage = SagaStage.open(options, place, random);
        var lookout = new Lookout(stage.server())) {
      for (var each : series) {
        strike(each, stage, lookout, cases);
      }
      for (var name : stage.stop()) {
        findings.add(new Finding(Broken.ENDED, name, "ended; see its log"));
      }
      var evidence = SagaEvidence.collect(stage.server(), stage.outside());
      for (var each : cases) {
        findings.addAll(SagaVerdict.on(each, evidence, options.lease()));
      }
    }
    return new Result(cases, findings);
  }

  /** One moment after the other, until the saga ends before the moment comes. */
  private void strike(Series each, SagaStage stage, Lookout lookout, List<SagaCase> cases)
      throws Exception {
    while (!each.over().get()) {
      var moment = each.next().getAndAdd(options.step());
      if (moment > options.last()) {
        return;
      }
      var struck = new SagaTrial(stage, lookout, each.path(), each.fault(), moment).run();
      if (struck.wasStruck()) {
        cases.add(struck);
        progress.accept("  " + struck.name() + ": " + struck.what());
      } else {
        each.over().set(true);
      }
    }
  }
}
