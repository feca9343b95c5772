package io.iworx.torture;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** What happens to worker processes. */
final class ProcessFaults {
  private static final Duration OCCASION = Duration.ofSeconds(3);
  private static final int STORM_MOVES = 5;

  private ProcessFaults() {}

  static void killPublisher(Scene scene) throws IOException, InterruptedException {
    scene.anyPublisher().kill();
    scene.crew().complete();
  }

  static void killPublisherBeforeCommit(Scene scene) throws IOException, InterruptedException {
    var publisher = scene.anyPublisher();
    publisher.hold(OCCASION);
    publisher.kill();
    scene.crew().complete();
  }

  static void freezePublisherBeforeCommit(Scene scene) throws IOException, InterruptedException {
    var publisher = scene.anyPublisher();
    publisher.hold(OCCASION);
    try (var _ = publisher.pause()) {
      sleep(scene.between(500, 4_000));
    }
    publisher.order(Orders.GO);
  }

  static void killSubscriber(Scene scene) throws Exception {
    kill(scene, scene.anySubscriber());
  }

  static void killSubscriberBeforeCommit(Scene scene) throws Exception {
    kill(scene, heldSubscriber(scene));
  }

  private static void kill(Scene scene, WorkerProcess subscriber)
      throws IOException, SQLException, InterruptedException {
    var takeover = scene.takeovers().from(subscriber.name());
    subscriber.kill();
    takeover.await();
    scene.crew().complete();
  }

  static void freezeSubscriber(Scene scene) throws Exception {
    freeze(scene, scene.anySubscriber());
  }

  static void freezeSubscriberBeforeCommit(Scene scene) throws Exception {
    var subscriber = heldSubscriber(scene);
    freeze(scene, subscriber);
    subscriber.order(Orders.GO);
  }

  /** The first that comes between an effect and its COMMIT; any when none does in time. */
  private static WorkerProcess heldSubscriber(Scene scene) throws InterruptedException {
    var subscribers = new ArrayList<>(scene.crew().subscribers());
    Collections.shuffle(subscribers, Random.from(scene.random()));
    for (var subscriber : subscribers) {
      if (subscriber.hold(OCCASION)) {
        return subscriber;
      }
    }
    return subscribers.getFirst();
  }

  private static void freeze(Scene scene, WorkerProcess subscriber)
      throws IOException, SQLException, InterruptedException {
    var takeover = scene.takeovers().from(subscriber.name());
    try (var _ = subscriber.pause()) {
      takeover.await();
      sleep(scene.between(0, 1_500));
    }
  }

  static void storm(Scene scene) throws IOException, InterruptedException {
    for (var move = 0; move < STORM_MOVES; move++) {
      var choice = scene.random().nextInt(3);
      if (choice == 0 || scene.crew().subscribers().size() < 2) {
        scene.crew().join();
      } else if (choice == 1) {
        scene.anySubscriber().kill();
      } else {
        scene.anySubscriber().stop();
      }
      scene.crew().forgetEnded();
      sleep(scene.between(100, 700));
    }
    scene.crew().complete();
  }

  private static void sleep(Duration duration) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(duration.toNanos());
  }
}
