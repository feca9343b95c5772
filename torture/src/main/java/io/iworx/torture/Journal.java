package io.iworx.torture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * What a worker did, a line for each deed, each handed to the operating system before the worker
 * goes on: nothing of it is lost when the worker is killed. Safe for any thread.
 *
 * <p>A line is a word, a time ({@link System#nanoTime}, which all processes of a machine share) and
 * further words.
 */
final class Journal implements AutoCloseable {
  private static final String SUFFIX = ".journal";

  private final ReentrantLock lock = new ReentrantLock();
  private final FileChannel channel;

  private Journal(FileChannel channel) {
    this.channel = channel;
  }

  static Journal open(Path folder, String name) throws IOException {
    return new Journal(
        FileChannel.open(
            folder.resolve(name + SUFFIX), StandardOpenOption.CREATE, StandardOpenOption.APPEND));
  }

  void note(String word, String... rest) {
    lock.lock();
    try {
      var line = word + " " + System.nanoTime() + " " + String.join(" ", rest) + "\n";
      var bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }

  /** One line. */
  record Line(String word, long at, List<String> rest) {
    private static Line of(String text) {
      var words = List.of(text.split(" ", -1));
      return new Line(
          words.getFirst(), Long.parseLong(words.get(1)), words.subList(2, words.size()));
    }
  }

  /** The lines of all journals in the folder whose names begin so, in the order of their times. */
  static List<Line> read(Path folder, String prefix) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(it -> it.getFileName().toString().startsWith(prefix))
          .filter(it -> it.getFileName().toString().endsWith(SUFFIX))
          .flatMap(it -> lines(it).stream())
          .sorted((a, b) -> Long.compare(a.at(), b.at()))
          .toList();
    }
  }

  /** All whole lines; a write that a kill cut short has no end of line. */
  private static List<Line> lines(Path file) {
    try {
      var text = Files.readString(file);
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(Line::of).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
