package io.iworx.benchmarks.peers;

import io.iworx.benchmarks.load.Callers;
import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.Course;
import io.iworx.benchmarks.load.Order;
import io.iworx.benchmarks.load.Stage;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.modulith.events.ApplicationModuleListener;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Spring Modulith's event publication registry in JDBC: each event published in a transaction, each
 * handled by an {@code @ApplicationModuleListener}; completed publications are deleted, its
 * cheapest mode.
 *
 * <p>A listener needs a second connection while it holds its first. With more of both than the pool
 * has they wait for each other, so listeners run on a bounded executor and callers queue fairly for
 * the rest of the pool. Options: {@code pool}, {@code listeners}.
 */
final class Modulith implements Contender {
  private static final String OPEN =
      "SELECT EXISTS (SELECT FROM event_publication WHERE completion_date IS NULL)";

  /** Spring asks for a class that can be extended. */
  @SpringBootConfiguration
  @EnableAutoConfiguration
  static class Application {

    @Bean
    Listener listener() {
      return new Listener();
    }
  }

  /** Counts. */
  static class Listener {
    private final AtomicLong handled = new AtomicLong();

    @ApplicationModuleListener
    void on(Order order) {
      handled.incrementAndGet();
    }

    /** Called through the proxy, unlike a field. */
    AtomicLong handled() {
      return handled;
    }
  }

  @Override
  public void run(Stage stage) throws Exception {
    try (ConfigurableApplicationContext context =
        new SpringApplicationBuilder(Application.class)
            .web(WebApplicationType.NONE)
            .bannerMode(Banner.Mode.OFF)
            .properties(settings(stage))
            .run()) {
      AtomicLong handled = context.getBean(Listener.class).handled();
      TransactionTemplate transaction =
          new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
      Semaphore turns = new Semaphore(stage.number("pool") - 2 * stage.number("listeners"), true);
      Callers callers =
          new Callers(
              Callers.MANY,
              handled::get,
              sequence -> {
                Order order = Order.of(sequence, System.nanoTime());
                turns.acquire();
                try {
                  transaction.executeWithoutResult(_ -> context.publishEvent(order));
                } finally {
                  turns.release();
                }
              });
      new Course(callers, handled::get, () -> Settled.await(stage, OPEN)).measure(stage);
    }
  }

  private static Map<String, Object> settings(Stage stage) {
    return Map.of(
        "spring.datasource.url",
        stage.jdbcUrl(),
        "spring.datasource.username",
        stage.user(),
        "spring.datasource.password",
        stage.password(),
        "spring.datasource.hikari.maximum-pool-size",
        stage.option("pool"),
        "spring.threads.virtual.enabled",
        "true",
        "spring.modulith.events.completion-mode",
        "delete",
        "spring.modulith.events.jdbc.schema-initialization.enabled",
        "true",
        "logging.level.root",
        "warn");
  }
}
