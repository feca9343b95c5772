package io.iworx.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import io.iworx.correlation.Correlation;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.slf4j.event.KeyValuePair;

/**
 * Writes log events for people: time, level, correlation id, message, data; at DEBUG with the stack
 * trace. Control characters are shown as {@code ?}, so that a value cannot forge a line.
 */
final class TerminalLines extends EncoderBase<ILoggingEvent> {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
  private static final byte[] NOTHING = {};

  @Override
  public byte[] encode(ILoggingEvent event) {
    var line = new StringBuilder(256);
    line.append(TIME.format(event.getInstant())).append(' ');
    line.append("%-5s ".formatted(event.getLevel()));
    var data = new StringBuilder();
    var correlationId = event.getMDCPropertyMap().get(Correlation.MDC_KEY);
    for (var pair : Objects.requireNonNullElse(event.getKeyValuePairs(), List.<KeyValuePair>of())) {
      if (pair.key.equals(Correlation.MDC_KEY)) {
        correlationId = String.valueOf(pair.value);
      } else {
        data.append(' ').append(pair.key).append('=').append(pair.value);
      }
    }
    if (correlationId != null) {
      line.append('[').append(correlationId).append("] ");
    }
    line.append(event.getFormattedMessage()).append(data);
    var failure = event.getThrowableProxy();
    if (failure != null) {
      line.append(": ").append(failure.getClassName()).append(": ").append(failure.getMessage());
    }
    var text = CONTROL.matcher(line).replaceAll("?") + System.lineSeparator();
    if (failure != null && event.getLevel().toInt() <= Level.DEBUG_INT) {
      text += ThrowableProxyUtil.asString(failure) + System.lineSeparator();
    }
    return text.getBytes(StandardCharsets.UTF_8);
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
