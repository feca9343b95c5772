package io.iworx.benchmarks.client;

import io.iworx.benchmarks.gateway.Upstream;
import io.iworx.benchmarks.load.Contender;
import io.iworx.benchmarks.load.Stage;
import io.iworx.serviceclient.ClientSettings;
import io.iworx.serviceclient.ServiceClient;
import io.iworx.serviceclient.Success;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.jspecify.annotations.Nullable;

/**
 * 32 virtual threads call, one call after the other, and take the body as bytes. Option: {@code
 * engine}, {@code iworx} for the service client, {@code apache} for Apache HttpClient 5 as it comes
 * but with as many connections.
 */
public final class Calls implements Contender {
  private static final int CALLERS = 32;
  private static final int CONNECTIONS = ClientSettings.DEFAULT_MAX_CONNECTIONS;

  /** A call that must succeed. */
  private interface Call {
    void make() throws IOException;
  }

  @Override
  public void run(Stage stage) throws Exception {
    int port = Upstream.start(stage);
    Call call = stage.option("engine").equals("iworx") ? ours(port) : apache(port);
    callFor(stage.warmup(), call);
    long before = cpuNanos();
    stage.begin();
    long calls = callFor(stage.seconds(), call);
    stage.end();
    stage.report("events", calls);
    // Of this process alone: the upstream is below it.
    stage.report("micros", (cpuNanos() - before) / 1e3 / calls);
  }

  private static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static Call ours(int port) {
    ServiceClient client =
        ServiceClient.create(
            "benchmark", ClientSettings.of(URI.create("http://127.0.0.1:" + port)));
    return () -> {
      if (!(client.get("/assets/1", byte[].class) instanceof Success<byte[]>(var body, _))
          || body.length != Upstream.SMALL) {
        throw new IOException("A call of the service client failed.");
      }
    };
  }

  private static Call apache(int port) {
    CloseableHttpClient client =
        HttpClients.custom()
            .setConnectionManager(
                PoolingHttpClientConnectionManagerBuilder.create()
                    .setMaxConnTotal(CONNECTIONS)
                    .setMaxConnPerRoute(CONNECTIONS)
                    .build())
            .build();
    String url = "http://127.0.0.1:" + port + "/api/assets/1";
    return () -> {
      byte[] body = client.execute(new HttpGet(url), it -> EntityUtils.toByteArray(it.getEntity()));
      if (body == null || body.length != Upstream.SMALL) {
        throw new IOException("A call of Apache HttpClient failed.");
      }
    };
  }

  private static long callFor(Duration time, Call call) throws Exception {
    AtomicLong calls = new AtomicLong();
    AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    long end = System.nanoTime() + time.toNanos();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CALLERS; i++) {
        callers.execute(
            () -> {
              try {
                while (System.nanoTime() - end < 0 && failure.get() == null) {
                  call.make();
                  calls.incrementAndGet();
                }
              } catch (Exception e) {
                failure.compareAndSet(null, e);
              }
            });
      }
    }
    Exception failed = failure.get();
    if (failed != null) {
      throw failed;
    }
    return calls.get();
  }
}
