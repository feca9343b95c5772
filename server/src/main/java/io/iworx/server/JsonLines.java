package io.iworx.server;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import io.iworx.correlation.Correlation;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes each log event as one JSON object on one line: {@code timestamp, level, service,
 * correlationId, logger, thread, message, data, error}; what an event lacks is left out.
 */
final class JsonLines extends EncoderBase<ILoggingEvent> {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final byte[] NOTHING = {};

  @Override
  public byte[] encode(ILoggingEvent event) {
    var line = JSON.writeValueAsBytes(members(event));
    var ended = Arrays.copyOf(line, line.length + 1);
    ended[line.length] = '\n';
    return ended;
  }

  private static Map<String, Object> members(ILoggingEvent event) {
    var data = new LinkedHashMap<String, @Nullable Object>();
    for (var pair : Objects.requireNonNullElse(event.getKeyValuePairs(), List.<KeyValuePair>of())) {
      data.put(pair.key, plain(pair.value));
    }
    var service = data.remove("service");
    var correlationId = data.remove(Correlation.MDC_KEY);
    if (correlationId == null) {
      correlationId = event.getMDCPropertyMap().get(Correlation.MDC_KEY);
    }
    var members = new LinkedHashMap<String, Object>();
    members.put("timestamp", event.getInstant().toString());
    members.put("level", event.getLevel().toString());
    putIfPresent(members, "service", service);
    putIfPresent(members, "correlationId", correlationId);
    members.put("logger", event.getLoggerName());
    members.put("thread", event.getThreadName());
    members.put("message", event.getFormattedMessage());
    if (!data.isEmpty()) {
      members.put("data", data);
    }
    if (event.getThrowableProxy() != null) {
      members.put("error", ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return members;
  }

  /** Numbers stay numbers, so that whoever reads the line can compute with them. */
  private static @Nullable Object plain(@Nullable Object value) {
    return value == null || value instanceof Number ? value : value.toString();
  }

  private static void putIfPresent(
      Map<String, Object> members, String name, @Nullable Object value) {
    if (value != null) {
      members.put(name, value);
    }
  }

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }
}
