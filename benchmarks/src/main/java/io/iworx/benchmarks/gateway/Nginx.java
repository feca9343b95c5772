package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.gateway.Proxied.Listening;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** nginx with one worker. */
final class Nginx {
  private Nginx() {}

  static Listening start(String program, Path folder, int upstream, Wire wire)
      throws IOException, InterruptedException {
    int port = Child.freePort();
    Path config = folder.resolve("nginx.conf");
    Files.writeString(config, config(folder, upstream, port, wire));
    Child nginx =
        Child.start(
            "nginx", List.of(program, "-p", folder.toString(), "-c", config.toString()), folder);
    nginx.awaitPort(port);
    return new Listening(nginx, port);
  }

  private static String config(Path folder, int upstream, int port, Wire wire) {
    return """
      worker_processes 1;
      daemon off;
      pid %1$s/nginx.pid;
      error_log stderr;
      worker_rlimit_nofile 30000;
      events { worker_connections 12000; }
      http {
        access_log off;
        keepalive_requests 1000000000;
        client_body_temp_path %1$s/body;
        proxy_temp_path %1$s/proxy;
        fastcgi_temp_path %1$s/fastcgi;
        uwsgi_temp_path %1$s/uwsgi;
        scgi_temp_path %1$s/scgi;
        upstream assets {
          server 127.0.0.1:%2$d;
          keepalive 256;
          keepalive_requests 1000000000;
        }
        map $http_x_correlation_id $correlation {
          default $http_x_correlation_id;
          "" $request_id;
        }
        server {
          listen 127.0.0.1:%3$d%4$s backlog=1024;
          %5$s
          location /api/assets/ {
            proxy_pass http://assets/;
            proxy_http_version 1.1;
            proxy_max_temp_file_size 0;
            proxy_buffer_size 16k;
            proxy_buffers 16 64k;
            proxy_busy_buffers_size 256k;
            proxy_set_header Connection "";
            proxy_set_header x-forwarded-for $remote_addr;
            proxy_set_header x-correlation-id $correlation;
            proxy_set_header x-calling-service "";
            proxy_set_header x-user-id "";
            proxy_set_header x-organization-id "";
            proxy_set_header x-cross-project-access "";
            proxy_set_header x-iworx-identity "";
            add_header x-correlation-id $correlation;
          }
        }
      }
      """
        .formatted(folder, upstream, port, listens(wire), wire.encrypted() ? tls(folder) : "");
  }

  /** As nginx 1.22 and all since understand it. */
  private static String listens(Wire wire) {
    return (wire.encrypted() ? " ssl" : "") + (wire.http2() ? " http2" : "");
  }

  private static String tls(Path folder) {
    SelfSigned certificate = SelfSigned.in(folder);
    return """
        ssl_certificate %s;
        ssl_certificate_key %s;
        ssl_protocols TLSv1.3;
        ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
        """
        .formatted(certificate.chain(), certificate.key());
  }
}
