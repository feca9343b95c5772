package io.iworx.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.rolling.FixedWindowRollingPolicy;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeBasedTriggeringPolicy;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program's logging: a few lines for people on standard error, and for a started instance one
 * JSON object a line in {@code iworx.log}. Found by Logback through its service loader.
 */
public final class Logging extends ContextAwareBase implements Configurator {
  private static final String TERMINAL = "terminal";
  private static final String LOG_FILE = "iworx.log";
  private static final String ACCESS_LOGGER = "io.iworx.gateway.access";
  private static final FileSize MAX_FILE_SIZE = FileSize.valueOf("20MB");
  private static final int KEPT_FILES = 5;

  /** What writes our lines; everything else on the class path is a library. */
  private static final String[] OURS = {"io.iworx", "service"};

  /** Called by Logback once, before the first line. */
  @Override
  public ExecutionStatus configure(LoggerContext context) {
    var terminal = new ConsoleAppender<ILoggingEvent>();
    terminal.setName(TERMINAL);
    terminal.setTarget("System.err");
    terminal.setEncoder(started(new TerminalLines(), context));
    terminal.addFilter(threshold(Level.WARN, context));
    terminal.setContext(context);
    terminal.start();
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.WARN);
    root.addAppender(terminal);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** Sets what appears on the terminal from now on. */
  static void terminalLevel(LogLevel chosen) {
    var level = Level.valueOf(chosen.name());
    var context = context();
    var terminal = context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(TERMINAL);
    if (terminal != null) {
      terminal.clearAllFilters();
      terminal.addFilter(threshold(level, context));
    }
    lower(context, level);
  }

  /** Also writes to {@code iworx.log} in the folder, from INFO on, until {@link #endFile}. */
  static void startFile(Path folder) {
    var context = context();
    context
        .getLogger(Logger.ROOT_LOGGER_NAME)
        .addAppender(file(LOG_FILE, folder.resolve(LOG_FILE), context));
    lower(context, Level.INFO);
  }

  /** Closes the log file that {@link #startFile} opened. */
  static void endFile() {
    context().getLogger(Logger.ROOT_LOGGER_NAME).detachAppender(LOG_FILE);
  }

  /** Writes the gateway's access log to a file of its own, and nowhere else. */
  static void accessFile(Path file) {
    var context = context();
    var logger = context.getLogger(ACCESS_LOGGER);
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    logger.detachAndStopAllAppenders();
    logger.addAppender(file(ACCESS_LOGGER, file, context));
  }

  /** A file that begins anew when it is full, with the last ones kept beside it. */
  private static Appender<ILoggingEvent> file(String name, Path path, LoggerContext context) {
    var file = new RollingFileAppender<ILoggingEvent>();
    file.setName(name);
    file.setContext(context);
    file.setFile(path.toString());
    file.setEncoder(started(new JsonLines(), context));
    var rolling = new FixedWindowRollingPolicy();
    rolling.setContext(context);
    rolling.setParent(file);
    rolling.setFileNamePattern(path + ".%i");
    rolling.setMaxIndex(KEPT_FILES);
    rolling.start();
    var size = new SizeBasedTriggeringPolicy<ILoggingEvent>();
    size.setContext(context);
    size.setMaxFileSize(MAX_FILE_SIZE);
    size.start();
    file.setRollingPolicy(rolling);
    file.setTriggeringPolicy(size);
    file.start();
    return file;
  }

  /** For failures nobody foresaw: they are on the terminal with {@code --log debug}. */
  static void debug(String message, Throwable failure) {
    LoggerFactory.getLogger(Iworx.class).debug(message, failure);
  }

  private static void lower(LoggerContext context, Level level) {
    for (var name : OURS) {
      var logger = context.getLogger(name);
      if (logger.getLevel() == null || logger.getLevel().isGreaterOrEqual(level)) {
        logger.setLevel(level);
      }
    }
  }

  private static LoggerContext context() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }

  private static ThresholdFilter threshold(Level level, LoggerContext context) {
    var filter = new ThresholdFilter();
    filter.setContext(context);
    filter.setLevel(level.toString());
    filter.start();
    return filter;
  }

  private static Encoder<ILoggingEvent> started(
      Encoder<ILoggingEvent> encoder, LoggerContext context) {
    encoder.setContext(context);
    encoder.start();
    return encoder;
  }
}
