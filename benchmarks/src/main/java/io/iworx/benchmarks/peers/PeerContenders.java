package io.iworx.benchmarks.peers;

import io.iworx.benchmarks.load.Contender;
import java.util.Map;

/** The peers that run on a JVM, or are called from one. */
public final class PeerContenders {
  private static final Map<String, Contender> ALL =
      Map.of(
          "dbos", new Dbos(),
          "modulith", new Modulith(),
          "db-scheduler", new DbScheduler(),
          "kafka", new Kafka(),
          "rabbitmq", new RabbitMq(),
          "nats", new Nats());

  private PeerContenders() {}

  public static Map<String, Contender> all() {
    return ALL;
  }
}
