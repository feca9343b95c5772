package io.iworx.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings changes of a configuration file, and of the certificates and keys it names, to a running
 * gateway. What counts is the content, looked at every second: a file replaced by another, or
 * behind a link that is set anew, is a change, and one only touched is none. A file that cannot be
 * used leaves the gateway as it is; the log says why, once.
 *
 * <p>Safe for any thread.
 */
public final class ConfigWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ConfigWatch.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final Gateway gateway;
  private final Path file;
  private final Supplier<GatewayConfig> read;
  private final ReentrantLock reloading = new ReentrantLock();
  private final CountDownLatch stopped = new CountDownLatch(1);
  // A platform thread: reading a file would hold the carrier of a virtual one.
  private final Thread thread =
      Thread.ofPlatform().name("iworx-gateway-config").daemon().unstarted(this::run);
  private Map<Path, ByteBuffer> seen;

  private ConfigWatch(Gateway gateway, Path file, Supplier<GatewayConfig> read) {
    this.gateway = gateway;
    this.file = file;
    this.read = read;
    this.seen = contents(Map.of());
  }

  /**
   * Watches from now on, until closed.
   *
   * @param read makes the configuration of the file anew, with whatever the caller sets besides;
   *     what it throws is the reason why the file cannot be used
   */
  public static ConfigWatch start(Gateway gateway, Path file, Supplier<GatewayConfig> read) {
    var watch = new ConfigWatch(gateway, file, read);
    watch.thread.start();
    return watch;
  }

  /**
   * Reads the file now, and the files that it names, whether or not it has changed.
   *
   * @throws RuntimeException when the configuration cannot be used: what {@code read} throws, or a
   *     {@link GatewayException} when it needs a restart. The gateway goes on as it was
   */
  public void reload() {
    reloading.lock();
    try {
      var before = contents(seen);
      seen = before;
      gateway.reconfigure(read.get());
      var after = contents(before); // it may name other files now
      after.replaceAll((path, bytes) -> before.getOrDefault(path, bytes));
      seen = after;
    } finally {
      reloading.unlock();
    }
  }

  /** The same for whoever cannot be told: what goes wrong is logged. */
  public void reloadOrLog() {
    try {
      reload();
    } catch (RuntimeException e) {
      log.error(
          "[API Gateway] {} is not used, the configuration before it stays: {}",
          file,
          Objects.requireNonNullElse(e.getMessage(), e.toString()));
    }
  }

  private void run() {
    try {
      while (!stopped.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        if (hasChanged()) {
          reloadOrLog();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean hasChanged() {
    reloading.lock();
    try {
      return !seen.equals(contents(seen));
    } finally {
      reloading.unlock();
    }
  }

  /** The files' bytes; of one that is away for a moment, those from before. */
  private Map<Path, ByteBuffer> contents(Map<Path, ByteBuffer> before) {
    var contents = new HashMap<Path, ByteBuffer>();
    for (var each : Stream.concat(Stream.of(file), gateway.files().stream()).toList()) {
      try {
        contents.put(each, ByteBuffer.wrap(Files.readAllBytes(each)));
      } catch (IOException e) {
        log.debug("[API Gateway] {} cannot be read now: {}", each, e.toString());
        if (before.containsKey(each)) {
          contents.put(each, before.get(each));
        }
      }
    }
    return contents;
  }

  @Override
  public void close() {
    stopped.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
