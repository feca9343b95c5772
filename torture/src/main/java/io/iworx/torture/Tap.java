package io.iworx.torture;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.IntSupplier;

/** The way of one worker to the server, every message of which passes a gate. */
final class Tap implements AutoCloseable {
  private static final int BACKLOG = 100;

  private final ServerSocket listening;
  private final IntSupplier server;
  private final String worker;
  private final Gate gate;

  private Tap(ServerSocket listening, IntSupplier server, String worker, Gate gate) {
    this.listening = listening;
    this.server = server;
    this.worker = worker;
    this.gate = gate;
  }

  /**
   * A tap.
   *
   * @param server the port that connections made from now on lead to
   */
  static Tap of(IntSupplier server, String worker, Gate gate) throws IOException {
    var listening = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    var tap = new Tap(listening, server, worker, gate);
    Thread.ofVirtual().name("tap").start(tap::accept);
    return tap;
  }

  int port() {
    return listening.getLocalPort();
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
    try (client;
        var back = new Socket(InetAddress.getLoopbackAddress(), server.getAsInt())) {
      client.setTcpNoDelay(true);
      back.setTcpNoDelay(true);
      var conversation = new Conversation(worker, gate);
      var answers = Thread.ofVirtual().start(() -> answers(conversation, back, client));
      conversation.requests(in(client), client.getOutputStream(), back.getOutputStream());
      back.shutdownOutput();
      answers.join();
    } catch (IOException e) {
      // One of them is gone, and so is the other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void answers(Conversation conversation, Socket back, Socket client) {
    try (client;
        back) {
      conversation.answers(in(back), client.getOutputStream());
    } catch (IOException e) {
      // One of them is gone, and so is the other.
    }
  }

  private static DataInputStream in(Socket socket) throws IOException {
    return new DataInputStream(new BufferedInputStream(socket.getInputStream()));
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
