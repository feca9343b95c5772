package io.iworx.torture;

import java.util.Locale;

/** The ways to break something. Each mends what it broke before it returns, or has it mended. */
enum Fault {
  /** {@code kill -9} of a publisher at any moment. */
  KILL_PUBLISHER,
  /** The same between its insert and its COMMIT. */
  KILL_PUBLISHER_BEFORE_COMMIT,
  /** A publisher stands still for seconds with its transaction open. */
  FREEZE_PUBLISHER_BEFORE_COMMIT,
  /** {@code kill -9} of a subscriber at any moment. */
  KILL_SUBSCRIBER,
  /** The same between a handler's effect and the COMMIT. */
  KILL_SUBSCRIBER_BEFORE_COMMIT,
  /** {@code kill -STOP} of a subscriber past its lease, then {@code -CONT}. */
  FREEZE_SUBSCRIBER,
  /** The same between a handler's effect and the COMMIT. */
  FREEZE_SUBSCRIBER_BEFORE_COMMIT,
  /** Subscribers come, leave and die within seconds. */
  STORM_OF_SUBSCRIBERS,
  /** PostgreSQL stops at once, without a checkpoint, and is started again. */
  STOP_SERVER,
  /** PostgreSQL ends at once, and a standby that was synchronous takes its place. */
  FAIL_OVER,
  /** A publisher's connection breaks within the answer to a COMMIT or an INSERT. */
  CUT_PUBLISHER,
  /** A subscriber's connection breaks within the answer to a COMMIT. */
  CUT_SUBSCRIBER,
  /** The sessions that listen for notices are ended. */
  END_LISTENERS,
  /** Half of all sessions are ended. */
  END_SESSIONS,
  /** Somebody who publishes nothing keeps a writing transaction open. */
  FOREIGN_TRANSACTION,
  /** An event is in a prepared transaction, which is committed or rolled back later. */
  PREPARED_TRANSACTION,
  /** The log begins a new partition; the first time, it becomes a partitioned table. */
  BEGIN_PARTITION;

  void strike(Scene scene) throws Exception {
    switch (this) {
      case KILL_PUBLISHER -> ProcessFaults.killPublisher(scene);
      case KILL_PUBLISHER_BEFORE_COMMIT -> ProcessFaults.killPublisherBeforeCommit(scene);
      case FREEZE_PUBLISHER_BEFORE_COMMIT -> ProcessFaults.freezePublisherBeforeCommit(scene);
      case KILL_SUBSCRIBER -> ProcessFaults.killSubscriber(scene);
      case KILL_SUBSCRIBER_BEFORE_COMMIT -> ProcessFaults.killSubscriberBeforeCommit(scene);
      case FREEZE_SUBSCRIBER -> ProcessFaults.freezeSubscriber(scene);
      case FREEZE_SUBSCRIBER_BEFORE_COMMIT -> ProcessFaults.freezeSubscriberBeforeCommit(scene);
      case STORM_OF_SUBSCRIBERS -> ProcessFaults.storm(scene);
      case STOP_SERVER -> DatabaseFaults.stopServer(scene);
      case FAIL_OVER -> Failover.strike(scene);
      case CUT_PUBLISHER -> DatabaseFaults.cutPublisher(scene);
      case CUT_SUBSCRIBER -> DatabaseFaults.cutSubscriber(scene);
      case END_LISTENERS -> DatabaseFaults.endListeners(scene);
      case END_SESSIONS -> DatabaseFaults.endSessions(scene);
      case FOREIGN_TRANSACTION -> DatabaseFaults.foreignTransaction(scene);
      case PREPARED_TRANSACTION -> DatabaseFaults.preparedTransaction(scene);
      case BEGIN_PARTITION -> DatabaseFaults.beginPartition(scene);
    }
  }

  /** As on the command line: {@code kill-publisher}. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public String toString() {
    return word();
  }
}
