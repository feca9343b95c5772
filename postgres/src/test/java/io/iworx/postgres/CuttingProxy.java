package io.iworx.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A network between client and server that breaks at a chosen byte: before a request that holds a
 * text, or so many bytes into the answer to it.
 */
final class CuttingProxy implements AutoCloseable {
  private static final int DISARMED = -2;
  private static final int BEFORE_REQUEST = -1;

  private final ServerSocket listening;
  private final String text;
  private volatile int target;

  /** What is still to be cut: before the request, or after so many bytes of the answer. */
  private final AtomicInteger armed = new AtomicInteger(DISARMED);

  private final AtomicInteger cuts = new AtomicInteger();

  CuttingProxy(int target, String text) throws IOException {
    this.target = target;
    this.text = text;
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** Connections made from now on go to another port. */
  void target(int port) {
    target = port;
  }

  void cutBeforeNextRequest() {
    armed.set(BEFORE_REQUEST);
  }

  void cutNextAnswerAfter(int bytes) {
    armed.set(bytes);
  }

  int cuts() {
    return cuts.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void serve(Socket client) {
    AtomicInteger answerLeft = new AtomicInteger(DISARMED);
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
      Thread answers =
          Thread.ofVirtual().start(() -> pass(server, client, it -> answer(it, answerLeft)));
      pass(client, server, it -> request(it, answerLeft));
      answers.join();
    } catch (IOException e) {
      // The server is away: the client is told by the end of its connection.
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** How many of these bytes still pass; fewer than all means the end. */
  private interface Passing {
    int of(byte[] bytes);
  }

  private static void pass(Socket from, Socket to, Passing passing) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[65_536];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        byte[] bytes = java.util.Arrays.copyOf(buffer, read);
        int passes = passing.of(bytes);
        out.write(bytes, 0, passes);
        if (passes < read) {
          return;
        }
      }
    } catch (IOException e) {
      // One of them is gone, and so is the other.
    }
  }

  private int request(byte[] bytes, AtomicInteger answerLeft) {
    if (armed.get() == DISARMED || !new String(bytes, StandardCharsets.ISO_8859_1).contains(text)) {
      return bytes.length;
    }
    int cut = armed.getAndSet(DISARMED);
    if (cut == BEFORE_REQUEST) {
      cuts.incrementAndGet();
      return 0;
    }
    answerLeft.set(cut);
    return bytes.length;
  }

  private int answer(byte[] bytes, AtomicInteger left) {
    int passes = left.get();
    if (passes == DISARMED || passes >= bytes.length) {
      return bytes.length;
    }
    cuts.incrementAndGet();
    return passes;
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
