package io.iworx.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.concurrent.CountDownLatch;

/** A server that accepts and reads nothing until it is told to. */
final class SlowReader implements AutoCloseable {
  private final ServerSocket server;

  SlowReader(CountDownLatch release) throws IOException {
    server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (true) {
                  var socket = server.accept();
                  Thread.ofVirtual()
                      .start(
                          () -> {
                            try (socket) {
                              release.await();
                              socket.getInputStream().readAllBytes();
                            } catch (IOException | InterruptedException e) {
                              // the other side is the one under test
                            }
                          });
                }
              } catch (IOException e) {
                // closed
              }
            });
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
