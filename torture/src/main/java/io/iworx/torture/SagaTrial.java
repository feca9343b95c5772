package io.iworx.torture;

import io.iworx.torture.Gate.Held;
import io.iworx.torture.Lookout.Standing;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One saga, struck at one moment: from its start until nothing more is done for it. */
final class SagaTrial {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration THAW = Duration.ofSeconds(8);
  private static final int POLL_MILLIS = 5;
  private static final int SETTLE_MILLIS = 60;
  private static final int NEXT_VERSION = 2;

  private final SagaStage stage;
  private final Lookout lookout;
  private final SagaPath path;
  private final SagaFault fault;
  private final int moment;
  private final String name;

  private final List<SagaWorker> asked = new ArrayList<>();
  private @Nullable SagaWorker answering;
  private boolean started;
  private @Nullable Held held;
  private @Nullable Held late;
  private @Nullable SagaWorker frozen;
  private @Nullable Pause pause;
  private long struckAt;
  private boolean awaitsTakeover;
  private @Nullable Duration takeover;
  private @Nullable String complaint;

  SagaTrial(SagaStage stage, Lookout lookout, SagaPath path, SagaFault fault, int moment) {
    this.stage = stage;
    this.lookout = lookout;
    this.path = path;
    this.fault = fault;
    this.moment = moment;
    this.name = SagaCase.name(path, fault, moment);
  }

  SagaCase run() throws Exception {
    stage.replaceEnded();
    stage.startMissing();
    stage.awaitReady();
    stage.gate().choose(name, moment);
    var deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!step()) {
      if (System.nanoTime() > deadline) {
        complain("did not end within " + PATIENCE.toSeconds() + " s");
        break;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
    end();
    return new SagaCase(
        path, fault, moment, held == null ? null : held.what(), started, takeover, complaint);
  }

  /** True when it is over. */
  private boolean step() throws Exception {
    ask();
    var standing = lookout.find(name);
    if (held == null) {
      held = stage.gate().held();
      if (held != null) {
        struckAt = System.nanoTime();
        strike(held, standing);
        return false;
      }
    }
    noteTakeover(standing);
    thaw(standing);
    if (!started || frozen != null || standing.isEmpty() || standing.get().isOpen()) {
      return false;
    }
    // What it did last may still be on its way to the gate.
    TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
    return held != null || stage.gate().held() == null;
  }

  /** A caller who gets no answer asks again, with the same key. */
  private void ask() {
    for (var worker : asked) {
      for (var line = worker.process().nextLine();
          line != null;
          line = worker.process().nextLine()) {
        if (line.equals(SagaWorkerMain.STARTED + " " + name)) {
          started = true;
        } else if (line.equals(SagaWorkerMain.REFUSED + " " + name) && worker.equals(answering)) {
          answering = null;
        }
      }
    }
    var waits = answering != null && isThere(answering);
    if (started || waits) {
      return;
    }
    var able = stage.workers().stream().filter(this::isThere).toList();
    if (!able.isEmpty()) {
      answering = able.get(moment % able.size());
      asked.add(answering);
      answering.process().order(SagaWorkerMain.START + " " + path.name() + " " + name);
    }
  }

  private boolean isThere(SagaWorker worker) {
    return stage.workers().contains(worker)
        && !worker.equals(frozen)
        && worker.versions().contains(1);
  }

  private void strike(Held now, Optional<Standing> standing) throws Exception {
    if (path == SagaPath.DOUBT) {
      stage.outside().deny(name);
    }
    var victim = stage.worker(now.worker());
    switch (fault) {
      case KILL -> {
        awaitsTakeover = isHeldBy(victim, standing);
        stage.kill(victim);
        drop(now);
        stage.startMissing();
      }
      case FREEZE -> {
        pause = victim.process().pause();
        frozen = victim;
      }
      case CUT -> now.cut();
      case STOP_SERVER -> {
        stage.server().stopAtOnce();
        now.go();
      }
      case JUMP -> {
        victim.process().order(SagaWorkerMain.JUMP + (moment % 2 == 0 ? " PT24H" : " PT-24H"));
        now.go();
      }
      case UPGRADE -> upgrade(now);
    }
  }

  private static boolean isHeldBy(SagaWorker worker, Optional<Standing> standing) {
    return standing.filter(it -> it.isOpen() && worker.name().equals(it.instance())).isPresent();
  }

  /** A call of a dead process may still come, when nobody expects it any more. */
  private void drop(Held message) {
    if (message.what().startsWith("before the call")) {
      late = message;
    } else {
      message.cut();
    }
  }

  private void upgrade(Held now) throws Exception {
    for (var worker : List.copyOf(stage.workers())) {
      stage.kill(worker);
    }
    drop(now);
    var next = stage.start(List.of(NEXT_VERSION));
    stage.awaitReady();
    TimeUnit.NANOSECONDS.sleep(stage.options().lease().plusSeconds(1).toNanos());
    var standing = lookout.find(name);
    if (standing.isPresent()
        && standing.get().isOpen()
        && !String.valueOf(standing.get().waitsFor())
            .startsWith("version 1 of " + SagaWorkload.DEFINITION)) {
      complain("waits for version 1, and is shown as " + standing.get());
    }
    stage.start(List.of(1, NEXT_VERSION));
    stage.awaitReady();
    stage.kill(next);
  }

  private void noteTakeover(Optional<Standing> standing) {
    if (!awaitsTakeover || standing.isEmpty()) {
      return;
    }
    var victim = held == null ? "" : held.worker();
    if (!standing.get().isOpen() || !victim.equals(standing.get().instance())) {
      takeover = Duration.ofNanos(System.nanoTime() - struckAt);
      awaitsTakeover = false;
    }
  }

  /** Once another has the saga, the frozen process and its message go on. */
  private void thaw(Optional<Standing> standing) throws IOException {
    if (frozen == null || held == null) {
      return;
    }
    var waited = System.nanoTime() - struckAt > stage.options().lease().plus(THAW).toNanos();
    if (waited || (standing.isPresent() && !isHeldBy(frozen, standing))) {
      melt(held);
    }
  }

  private void melt(Held message) {
    message.go();
    if (pause != null) {
      pause.close();
    }
    pause = null;
    frozen = null;
  }

  private void complain(String sentence) {
    complaint = complaint == null ? sentence : complaint + "; " + sentence;
  }

  private void end() throws SQLException {
    if (frozen != null && held != null) {
      melt(held);
    }
    var unexpected = stage.gate().held();
    if (held == null && unexpected != null) {
      unexpected.go();
    }
    if (late != null) {
      late.go();
    }
  }
}
