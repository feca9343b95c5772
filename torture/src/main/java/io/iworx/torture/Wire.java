package io.iworx.torture;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A network between workers and server that breaks when told: so many bytes into the answer to a
 * statement. Safe for any thread.
 */
final class Wire implements AutoCloseable {
  private static final int BUFFER = 65_536;
  private static final int BACKLOG = 100;
  private static final int WHOLE = -1;

  private final ServerSocket listening;
  private volatile int target;
  private final AtomicReference<@Nullable Cut> next = new AtomicReference<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile boolean severed;

  private Wire(ServerSocket listening, int target) {
    this.listening = listening;
    this.target = target;
  }

  /**
   * Where the wire is to break.
   *
   * @param text what the statement begins with
   * @param bytes how much of the answer still comes through; negative: the request does not either
   * @param done when it has broken
   */
  record Cut(String text, int bytes, CountDownLatch done) {}

  static Wire to(int target) throws IOException {
    var wire = new Wire(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()), target);
    Thread.ofVirtual().name("wire").start(wire::accept);
    return wire;
  }

  int port() {
    return listening.getLocalPort();
  }

  /** Connections made from now on lead to another port. */
  void leadTo(int port) {
    target = port;
  }

  /** Breaks all connections, and lets nobody make another. */
  void sever() throws IOException {
    severed = true; // whoever connects again at once may be accepted yet, while that is closed
    close();
    for (var client : open) {
      client.close();
    }
  }

  /** Breaks at the next such statement; false when there is none in time. */
  boolean cut(String text, int bytes, long atMostMillis) throws InterruptedException {
    var cut = new Cut(text, bytes, new CountDownLatch(1));
    next.set(cut);
    if (cut.done().await(atMostMillis, TimeUnit.MILLISECONDS)) {
      return true;
    }
    return !next.compareAndSet(cut, null);
  }

  private void accept() {
    try {
      while (true) {
        var client = listening.accept();
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket client) {
    var answerLeft = new AtomicInteger(WHOLE);
    open.add(client);
    try (client;
        var server = new Socket(InetAddress.getLoopbackAddress(), target)) {
      if (severed) {
        return;
      }
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      var answers = Thread.ofVirtual().start(() -> answers(server, client, answerLeft));
      requests(client, server, answerLeft);
      answers.join();
    } catch (IOException e) {
      // The server is away: the client is told by the end of its connection.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(client);
    }
  }

  private void requests(Socket client, Socket server, AtomicInteger answerLeft) {
    var statements = new StatementWatch();
    pass(
        client,
        server,
        (bytes, length) -> {
          var seen = statements.in(bytes, length);
          var cut = next.get();
          if (cut == null
              || seen.stream().noneMatch(it -> it.startsWith(cut.text()))
              || !next.compareAndSet(cut, null)) {
            return length;
          }
          if (cut.bytes() < 0) {
            cut.done().countDown();
            return 0;
          }
          answerLeft.set(cut.bytes());
          cut.done().countDown();
          return length;
        });
  }

  private static void answers(Socket server, Socket client, AtomicInteger answerLeft) {
    pass(
        server,
        client,
        (_, length) -> {
          var left = answerLeft.get();
          if (left == WHOLE) {
            return length;
          }
          answerLeft.set(Math.max(0, left - length));
          return Math.min(left, length);
        });
  }

  /** How many of these bytes still pass; fewer than all means the end. */
  private interface Passing {
    int of(byte[] bytes, int length);
  }

  private static void pass(Socket from, Socket to, Passing passing) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      var buffer = new byte[BUFFER];
      for (var read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        var passes = passing.of(buffer, read);
        out.write(buffer, 0, passes);
        if (passes < read) {
          return;
        }
      }
    } catch (IOException e) {
      // One of them is gone, and so is the other.
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
