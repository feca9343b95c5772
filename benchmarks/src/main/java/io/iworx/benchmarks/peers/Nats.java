package io.iworx.benchmarks.peers;

import io.iworx.benchmarks.load.Callers;
import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.Course;
import io.iworx.benchmarks.load.Order;
import io.iworx.benchmarks.load.Stage;
import io.nats.client.Connection;
import io.nats.client.ConsumerContext;
import io.nats.client.JetStream;
import io.nats.client.Message;
import io.nats.client.api.AckPolicy;
import io.nats.client.api.ConsumerConfiguration;
import io.nats.client.api.StorageType;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * One NATS server with a JetStream stream in files, which it does not sync for each message. 256
 * callers wait for their acknowledgement; a durable consumer acknowledges every hundred messages
 * with all before them, and what is left when it has caught up.
 */
final class Nats implements Contender {
  private static final String STREAM = "EVENTS";
  private static final String SUBJECT = "events";
  private static final String CONSUMER = "benchmark";
  private static final int TOGETHER = 100;

  @Override
  public void run(Stage stage) throws Exception {
    int port = startServer(stage);
    Connection publishing = io.nats.client.Nats.connect("nats://127.0.0.1:" + port);
    Connection consuming = io.nats.client.Nats.connect("nats://127.0.0.1:" + port);
    publishing
        .jetStreamManagement()
        .addStream(
            StreamConfiguration.builder()
                .name(STREAM)
                .subjects(SUBJECT)
                .storageType(StorageType.File)
                .build());
    ConsumerContext consumer =
        consuming
            .getStreamContext(STREAM)
            .createOrUpdateConsumer(
                ConsumerConfiguration.builder()
                    .durable(CONSUMER)
                    .ackPolicy(AckPolicy.All)
                    .maxAckPending(-1)
                    .build());
    AtomicLong handled = new AtomicLong();
    AtomicReference<@Nullable Message> last = new AtomicReference<>();
    consumer.consume(
        message -> {
          last.set(message);
          if (handled.incrementAndGet() % TOGETHER == 0) {
            message.ack();
          }
        });
    JetStream stream = publishing.jetStream();
    Callers callers =
        new Callers(Callers.MANY, handled::get, sequence -> publish(stream, sequence));
    new Course(callers, handled::get, () -> acknowledge(consumer, last)).measure(stage);
  }

  private static void publish(JetStream stream, long sequence) throws Exception {
    Order order = Order.of(sequence, System.nanoTime());
    stream.publish(SUBJECT, order.json().getBytes(StandardCharsets.UTF_8));
  }

  /** The rest, and until the server says that nothing is open. */
  private static void acknowledge(ConsumerContext consumer, AtomicReference<@Nullable Message> last)
      throws Exception {
    Message message = last.get();
    if (message != null) {
      message.ack();
    }
    while (consumer.getConsumerInfo().getNumAckPending() > 0) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  private static int startServer(Stage stage) throws IOException, InterruptedException {
    Path folder = Path.of(stage.option("folder"));
    int port = Broker.freePort();
    List<String> command =
        List.of(
            stage.option("server"),
            "--addr",
            "127.0.0.1",
            "--port",
            Integer.toString(port),
            "--jetstream",
            "--store_dir",
            folder.resolve("store").toString());
    Broker.start(command, Map.of(), folder.resolve("nats.log")).awaitPort(port);
    return port;
  }
}
