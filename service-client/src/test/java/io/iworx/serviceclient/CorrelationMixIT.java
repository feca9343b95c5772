package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Identity;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** Each call carries its own context and no other's, however many there are at once. */
class CorrelationMixIT {
  private static final int CALLS = 100_000;
  private static final int AT_ONCE = 500;

  record Seen(String correlation, String user, String organization, String crossProject) {}

  private static String header(String head, String name) {
    for (var line : head.split("\r\n", -1)) {
      if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
        return line.substring(name.length() + 1).strip();
      }
    }
    return "-";
  }

  private static Seen expected(int call) {
    return new Seen(
        "c-" + call,
        call % 3 == 0 ? "-" : "u-" + call,
        call % 5 == 0 ? "-" : "org-" + call,
        call % 7 == 0 ? "true" : "-");
  }

  private static Correlation correlation(int call) {
    return Correlation.of("c-" + call)
        .withIdentity(
            new Identity(
                call % 3 == 0 ? null : "u-" + call,
                call % 5 == 0 ? null : "org-" + call,
                call % 7 == 0));
  }

  @Test
  void noValueReachesAnotherRequest() throws Exception {
    var wrong = new ConcurrentLinkedQueue<String>();
    var done = new AtomicInteger();
    var places = new Semaphore(AT_ONCE);
    try (var server =
            RawServer.running(
                connection -> {
                  for (var head = connection.read(); head != null; head = connection.read()) {
                    connection.answer(
                        """
                        {"correlation":"%s","user":"%s","organization":"%s","crossProject":"%s"}"""
                            .formatted(
                                header(head, "x-correlation-id"),
                                header(head, "x-user-id"),
                                header(head, "x-organization-id"),
                                header(head, "x-cross-project-access")));
                  }
                });
        var client = server.client();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CALLS; i++) {
        var call = i;
        places.acquire();
        threads.execute(
            correlation(call)
                .wrap(
                    () -> {
                      var seen = client.get("/assets/" + call, Seen.class);
                      if (!(seen instanceof Success<Seen>(var body, var meta))
                          || !body.equals(expected(call))
                          || !meta.correlationId().equals("c-" + call)
                          || !("c-" + call).equals(MDC.get(Correlation.MDC_KEY))) {
                        wrong.add(call + ": " + seen);
                      }
                      done.incrementAndGet();
                      places.release();
                    }));
      }
      places.acquire(AT_ONCE);
    }
    assertThat(done).hasValue(CALLS);
    assertThat(wrong).isEmpty();
  }
}
