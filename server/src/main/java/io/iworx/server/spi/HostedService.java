package io.iworx.server.spi;

import java.net.URI;
import java.util.List;

/** A service that can run inside the iworx process. */
public interface HostedService {

  /** Its name as in {@code x-calling-service}: {@code work-order-service}. */
  String name();

  /** The gateway services it answers: {@code work-orders} for {@code /api/work-orders}. */
  List<String> routes();

  /** Starts it on a free port of 127.0.0.1; returns when it accepts requests. */
  Running start(Host host);

  /** A started service. */
  interface Running extends AutoCloseable {

    /** Where it listens: {@code http://127.0.0.1:PORT}. */
    URI address();

    /** Stops accepting, finishes what is under way, and returns. */
    @Override
    void close();
  }
}
