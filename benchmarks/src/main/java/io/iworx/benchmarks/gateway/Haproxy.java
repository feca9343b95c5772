package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.gateway.Proxied.Listening;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** HAProxy with one thread. */
final class Haproxy {
  private Haproxy() {}

  static Listening start(String program, Path folder, int upstream)
      throws IOException, InterruptedException {
    int port = Child.freePort();
    Path config = folder.resolve("haproxy.cfg");
    Files.writeString(config, config(upstream, port));
    Child haproxy =
        Child.start("haproxy", List.of(program, "-db", "-f", config.toString()), folder);
    haproxy.awaitPort(port);
    return new Listening(haproxy, port);
  }

  private static String config(int upstream, int port) {
    return """
      global
        nbthread 1
        maxconn 4000
      defaults
        mode http
        timeout connect 5s
        timeout client 60s
        timeout server 60s
        http-reuse always
      frontend clients
        bind 127.0.0.1:%2$d backlog 1024
        http-request del-header x-calling-service
        http-request del-header x-user-id
        http-request del-header x-organization-id
        http-request del-header x-cross-project-access
        http-request del-header x-iworx-identity
        http-request set-header x-correlation-id %%[uuid()] unless { req.hdr(x-correlation-id) -m found }
        http-request set-var(txn.correlation) req.hdr(x-correlation-id)
        http-request set-header x-forwarded-for %%[src]
        http-response set-header x-correlation-id %%[var(txn.correlation)]
        use_backend assets if { path_beg /api/assets/ }
      backend assets
        # What follows /api/assets: cheaper than a regular expression.
        http-request set-path %%[path,bytes(11)]
        server one 127.0.0.1:%1$d pool-max-conn 256
      """
        .formatted(upstream, port);
  }
}
