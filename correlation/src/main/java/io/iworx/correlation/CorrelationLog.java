package io.iworx.correlation;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * A log whose every line says which service wrote it and for which correlation id, with data as
 * fields instead of text.
 *
 * <p>Timestamp and level come from the logging backend; {@code service}, {@code correlationId} and
 * each entry of {@code data} are SLF4J key-value pairs, so that a JSON encoder writes them as
 * members of one object. Data named {@code service} or {@code correlationId} is written with the
 * prefix {@code data.}, so that it cannot pass for the line's own. Safe for any thread.
 */
public final class CorrelationLog {
  private static final String SERVICE = "service";

  private final Logger logger;
  private final String service;

  private CorrelationLog(Logger logger, String service) {
    this.logger = logger;
    this.service = service;
  }

  /** The log of a service; lines appear under the logger name {@code service.NAME}. */
  public static CorrelationLog of(String service) {
    return new CorrelationLog(LoggerFactory.getLogger("service." + service), service);
  }

  public void debug(String message, Map<String, ? extends @Nullable Object> data) {
    write(Level.DEBUG, message, data, null);
  }

  public void info(String message, Map<String, ? extends @Nullable Object> data) {
    write(Level.INFO, message, data, null);
  }

  public void warn(String message, Map<String, ? extends @Nullable Object> data) {
    write(Level.WARN, message, data, null);
  }

  /** An error with what caused it; pass null where there is no exception. */
  public void error(
      String message, Map<String, ? extends @Nullable Object> data, @Nullable Throwable cause) {
    write(Level.ERROR, message, data, cause);
  }

  private void write(
      Level level,
      String message,
      Map<String, ? extends @Nullable Object> data,
      @Nullable Throwable cause) {
    var line = logger.atLevel(level).addKeyValue(SERVICE, service);
    var correlation = Correlation.current();
    if (correlation.isPresent()) {
      line = line.addKeyValue(Correlation.MDC_KEY, correlation.get().correlationId());
    }
    for (var entry : data.entrySet()) {
      var key = entry.getKey();
      var reserved = key.equals(SERVICE) || key.equals(Correlation.MDC_KEY);
      line = line.addKeyValue(reserved ? "data." + key : key, entry.getValue());
    }
    (cause == null ? line : line.setCause(cause)).log(message);
  }
}
