package io.iworx.correlation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Lines as fields. */
class CorrelationLogTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger("service.stock-service");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final CorrelationLog log = CorrelationLog.of("stock-service");

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
    logger.setAdditive(false);
    logger.setLevel(Level.DEBUG);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(lines);
  }

  private static Map<String, @Nullable Object> fields(ILoggingEvent line) {
    var fields = new LinkedHashMap<String, @Nullable Object>();
    if (line.getKeyValuePairs() != null) {
      line.getKeyValuePairs().forEach(pair -> fields.put(pair.key, pair.value));
    }
    return fields;
  }

  @Test
  void saysServiceCorrelationIdAndData() {
    Correlation.of("c-1").run(() -> log.info("reserved", Map.of("itemId", "i-1")));

    assertThat(lines.list).hasSize(1);
    var line = lines.list.getFirst();
    assertThat(line.getLevel()).isEqualTo(Level.INFO);
    assertThat(line.getFormattedMessage()).isEqualTo("reserved");
    assertThat(line.getTimeStamp()).isPositive();
    assertThat(fields(line))
        .isEqualTo(Map.of("service", "stock-service", "correlationId", "c-1", "itemId", "i-1"));
  }

  @Test
  void saysNoCorrelationIdWhereNoneIsInScope() {
    log.warn("started", Map.of());
    assertThat(fields(lines.list.getFirst())).isEqualTo(Map.of("service", "stock-service"));
  }

  @Test
  void dataCannotPretendToBeTheContext() {
    Correlation.of("c-1")
        .run(() -> log.info("reserved", Map.of("correlationId", "other", "service", "other")));

    var pairs = lines.list.getFirst().getKeyValuePairs();
    assertThat(pairs.stream().filter(it -> it.key.equals("correlationId")).map(it -> it.value))
        .containsExactly("c-1");
    assertThat(pairs.stream().filter(it -> it.key.equals("service")).map(it -> it.value))
        .containsExactly("stock-service");
    assertThat(fields(lines.list.getFirst()))
        .containsEntry("data.correlationId", "other")
        .containsEntry("data.service", "other");
  }

  @Test
  void errorsCarryTheirCause() {
    log.error("failed", Map.of(), new IllegalStateException("why"));
    log.error("failed alone", Map.of(), null);

    assertThat(lines.list.getFirst().getThrowableProxy().getMessage()).isEqualTo("why");
    assertThat(lines.list.getLast().getThrowableProxy()).isNull();
  }

  @Test
  void aLevelThatIsOffWritesNothing() {
    logger.setLevel(Level.INFO);
    log.debug("detail", Map.of("a", 1));
    assertThat(lines.list).isEmpty();
  }
}
