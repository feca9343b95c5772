package io.iworx.benchmarks.load;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * What a contender is given and whom it tells.
 *
 * <p>It talks with the process that started it in lines: {@code begin} and {@code end} are answered
 * once the processor times have been read, {@code value NAME NUMBER} and {@code watch PID} are not.
 * When that process is gone, this one ends.
 */
public final class Stage {
  private static final String PASSWORD = "BENCHMARK_DATABASE_PASSWORD";
  private static final int ORPHANED = 3;

  private final Map<String, String> options;
  private final PrintStream out;
  private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private long began;

  private Stage(Map<String, String> options, InputStream in, PrintStream out) {
    this.options = options;
    this.out = out;
    Thread.ofPlatform().daemon().name("stage").start(() -> listen(in));
  }

  static Stage of(Map<String, String> options, InputStream in, PrintStream out) {
    return new Stage(options, in, out);
  }

  private void listen(InputStream in) {
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        answers.add(line);
      }
    } catch (IOException e) {
      // As good as its end.
    }
    System.exit(ORPHANED);
  }

  /**
   * From now on the processor time of that process counts, with all below it, and nobody else's.
   */
  public void watch(long pid) {
    say("watch " + pid);
  }

  /** The next line that whoever started this process wrote to it. */
  public String told() throws InterruptedException {
    return answers.take();
  }

  /** From here on the work counts. */
  public void begin() throws InterruptedException {
    ask("begin");
    began = System.nanoTime();
  }

  /** Up to here the work counts; also reports the seconds since {@link #begin()}. */
  public void end() throws InterruptedException {
    double seconds = (System.nanoTime() - began) / 1e9;
    ask("end");
    report("seconds", seconds);
  }

  private void ask(String question) throws InterruptedException {
    say(question);
    answers.take();
  }

  /** Reports a figure; latencies in milliseconds. */
  public void report(String name, double value) {
    say("value " + name + " " + value);
  }

  /** Reports a whole number. */
  public void report(String name, long value) {
    say("value " + name + " " + value);
  }

  /** Reports the median and the 99th percentile of latencies as {@code NAME.p50} and so on. */
  public void report(String name, Latencies latencies) {
    report(name + ".p50", latencies.percentile(50));
    report(name + ".p99", latencies.percentile(99));
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }

  public Duration seconds() {
    return Duration.ofMillis(Math.round(Double.parseDouble(option("seconds")) * 1_000));
  }

  public Duration warmup() {
    return Duration.ofMillis(Math.round(Double.parseDouble(option("warmup")) * 1_000));
  }

  public String jdbcUrl() {
    return option("url");
  }

  public String user() {
    return option("user");
  }

  public String password() {
    String password = System.getenv(PASSWORD);
    return password == null ? "" : password;
  }

  /** A connection outside every pool. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(jdbcUrl(), user(), password());
  }

  public int number(String name) {
    return Integer.parseInt(option(name));
  }

  public boolean flag(String name) {
    return Boolean.parseBoolean(options.getOrDefault(name, "false"));
  }

  /**
   * An option of this run.
   *
   * @throws IllegalArgumentException when it was not given
   */
  public String option(String name) {
    String value = options.get(name);
    if (value == null) {
      throw new IllegalArgumentException("The contender was started without " + name + "=….");
    }
    return value;
  }

  /** Everything it was started with. */
  public Map<String, String> options() {
    return options;
  }
}
