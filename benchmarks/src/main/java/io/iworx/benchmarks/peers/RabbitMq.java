package io.iworx.benchmarks.peers;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.iworx.benchmarks.load.Callers;
import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.Course;
import io.iworx.benchmarks.load.Order;
import io.iworx.benchmarks.load.Stage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One RabbitMQ node with a quorum queue. 256 callers share four channels and wait each for the
 * confirm of its own message; a consumer acknowledges every hundred messages, and what is left when
 * it has caught up.
 */
final class RabbitMq implements Contender {
  private static final String QUEUE = "events";
  private static final int CHANNELS = 4;
  private static final int PREFETCH = 2_000;
  private static final int TOGETHER = 100;

  @Override
  public void run(Stage stage) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setHost("127.0.0.1");
    factory.setPort(RabbitMqNode.start(stage));
    try (Connection publishing = factory.newConnection();
        Connection consuming = factory.newConnection();
        Channel reading = consuming.createChannel()) {
      reading.queueDeclare(QUEUE, true, false, false, Map.of("x-queue-type", "quorum"));
      reading.basicQos(PREFETCH);
      AtomicLong handled = new AtomicLong();
      AtomicLong last = new AtomicLong();
      reading.basicConsume(
          QUEUE,
          false,
          (_, message) -> {
            long tag = message.getEnvelope().getDeliveryTag();
            last.set(tag);
            handled.incrementAndGet();
            if (tag % TOGETHER == 0) {
              reading.basicAck(tag, true);
            }
          },
          _ -> {});
      Confirming[] channels = new Confirming[CHANNELS];
      for (int i = 0; i < CHANNELS; i++) {
        channels[i] = Confirming.on(publishing.createChannel());
      }
      Callers callers =
          new Callers(
              Callers.MANY,
              handled::get,
              sequence -> channels[(int) (sequence % CHANNELS)].publish(sequence));
      new Course(callers, handled::get, () -> acknowledge(reading, last.get())).measure(stage);
    }
  }

  /** The rest; the question after it is answered when the node has seen it. */
  private static void acknowledge(Channel channel, long tag) throws IOException {
    if (tag % TOGETHER != 0) {
      channel.basicAck(tag, true);
    }
    AMQP.Queue.DeclareOk queue = channel.queueDeclarePassive(QUEUE);
    if (queue.getMessageCount() > 0) {
      throw new IllegalStateException("Messages are left in the queue: " + queue.getMessageCount());
    }
  }

  /** A channel whose publishers wait for their confirms. */
  private static final class Confirming {
    private final Channel channel;
    private final ReentrantLock lock = new ReentrantLock();
    private final ConcurrentNavigableMap<Long, CompletableFuture<Boolean>> waiting =
        new ConcurrentSkipListMap<>();

    private Confirming(Channel channel) {
      this.channel = channel;
    }

    static Confirming on(Channel channel) throws IOException {
      Confirming confirming = new Confirming(channel);
      channel.confirmSelect();
      channel.addConfirmListener(
          (tag, multiple) -> confirming.confirm(tag, multiple, true),
          (tag, multiple) -> confirming.confirm(tag, multiple, false));
      return confirming;
    }

    private void confirm(long tag, boolean multiple, boolean stored) {
      if (multiple) {
        ConcurrentNavigableMap<Long, CompletableFuture<Boolean>> done = waiting.headMap(tag, true);
        done.values().forEach(it -> it.complete(stored));
        done.clear();
      } else {
        CompletableFuture<Boolean> one = waiting.remove(tag);
        if (one != null) {
          one.complete(stored);
        }
      }
    }

    void publish(long sequence) throws Exception {
      Order order = Order.of(sequence, System.nanoTime());
      CompletableFuture<Boolean> stored = new CompletableFuture<>();
      lock.lock();
      try {
        waiting.put(channel.getNextPublishSeqNo(), stored);
        channel.basicPublish(
            "",
            QUEUE,
            MessageProperties.PERSISTENT_BASIC,
            order.json().getBytes(StandardCharsets.UTF_8));
      } finally {
        lock.unlock();
      }
      if (!stored.get()) {
        throw new IllegalStateException("RabbitMQ refused message " + sequence + ".");
      }
    }
  }
}
