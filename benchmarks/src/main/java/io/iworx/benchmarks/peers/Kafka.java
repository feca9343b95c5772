package io.iworx.benchmarks.peers;

import io.iworx.benchmarks.load.Callers;
import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.Course;
import io.iworx.benchmarks.load.Order;
import io.iworx.benchmarks.load.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * One Kafka broker in KRaft mode in a JVM of its own; 256 callers wait for {@code acks=all}, a
 * consumer commits its offsets after every poll. Option {@code fsync}: whether the topic is flushed
 * for every message ({@code flush.messages=1}; what was appended in one go is flushed once).
 */
final class Kafka implements Contender {
  private static final String TOPIC = "events";
  private static final short ONE = 1;

  @Override
  public void run(Stage stage) throws Exception {
    String servers = "127.0.0.1:" + startBroker(Path.of(stage.option("folder")));
    createTopic(servers, stage);
    AtomicLong handled = new AtomicLong();
    AtomicLong committed = new AtomicLong();
    try (KafkaProducer<String, String> producer = producer(servers)) {
      Thread.ofPlatform().daemon().start(() -> consume(servers, handled, committed));
      Callers callers =
          new Callers(
              Callers.MANY,
              handled::get,
              sequence -> {
                Order order = Order.of(sequence, System.nanoTime());
                producer.send(new ProducerRecord<>(TOPIC, order.workOrderId(), order.json())).get();
              });
      new Course(callers, handled::get, () -> awaitCommitted(committed, callers)).measure(stage);
    }
  }

  private static void awaitCommitted(AtomicLong committed, Callers callers)
      throws InterruptedException {
    while (committed.get() < callers.made()) {
      Thread.sleep(1);
    }
  }

  private static int startBroker(Path folder) throws IOException, InterruptedException {
    int port = Broker.freePort();
    int controller = Broker.freePort();
    Path settings = folder.resolve("server.properties");
    Files.writeString(
        settings,
        """
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@127.0.0.1:%2$d
        controller.listener.names=CONTROLLER
        listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
        listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
        log.dirs=%3$s
        offsets.topic.replication.factor=1
        offsets.topic.num.partitions=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        group.initial.rebalance.delay.ms=0
        """
            .formatted(port, controller, folder.resolve("logs")));
    java("kafka.tools.StorageTool", folder, "format", "-t", Uuid.randomUuid().toString())
        .awaitEnd();
    java("kafka.Kafka", folder).awaitPort(port);
    return port;
  }

  private static Broker java(String program, Path folder, String... words) throws IOException {
    String settings = folder.resolve("server.properties").toString();
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-Xms1g",
                "-cp",
                System.getProperty("java.class.path"),
                program));
    command.addAll(List.of(words));
    if (words.length > 0) {
      command.add("-c");
    }
    command.add(settings);
    return Broker.start(command, Map.of(), folder.resolve(program + ".log"));
  }

  private static void createTopic(String servers, Stage stage) throws Exception {
    NewTopic topic =
        new NewTopic(TOPIC, Optional.of(stage.number("partitions")), Optional.of(ONE))
            .configs(stage.flag("fsync") ? Map.of("flush.messages", "1") : Map.of());
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      admin.createTopics(List.of(topic)).all().get();
    }
  }

  private static KafkaProducer<String, String> producer(String servers) {
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", servers, "acks", "all"),
        new StringSerializer(),
        new StringSerializer());
  }

  private static void consume(String servers, AtomicLong handled, AtomicLong committed) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            servers,
            "group.id",
            "benchmark",
            "auto.offset.reset",
            "earliest",
            "enable.auto.commit",
            "false");
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of(TOPIC));
      while (true) {
        ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
        if (!records.isEmpty()) {
          long now = handled.addAndGet(records.count());
          consumer.commitSync();
          committed.set(now);
        }
      }
    }
  }
}
