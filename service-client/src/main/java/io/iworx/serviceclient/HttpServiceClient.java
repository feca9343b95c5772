package io.iworx.serviceclient;

import io.iworx.correlation.Correlation;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A call from end to end: encode, intercept, send, read. */
final class HttpServiceClient implements ServiceClient {
  private static final Logger log = LoggerFactory.getLogger(ServiceClient.class);
  private static final Pattern SERVICE_NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private final ClientSettings settings;
  private final Clock clock;
  private final Transport transport;
  private final Interceptor.Chain chain;

  private HttpServiceClient(String serviceName, ClientSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
    this.transport = new Transport(settings);
    this.chain =
        Interceptor.chain(
            List.of(
                new ContextHeaders(serviceName, settings, clock),
                new StaleConnectionRetry(),
                new DeadlineGuard()),
            transport::send);
  }

  static HttpServiceClient create(String serviceName, ClientSettings settings, Clock clock) {
    if (!SERVICE_NAME.matcher(serviceName).matches()) {
      throw new IllegalArgumentException(
          "A service is named by 1 to 64 characters of A-Z a-z 0-9 . _ - and not otherwise.");
    }
    return new HttpServiceClient(serviceName, settings, clock);
  }

  @Override
  public <T> Outcome<T> exchange(Call<T> call) {
    transport.requireOpen();
    var started = System.nanoTime();
    var correlation = Correlation.currentOrFresh();
    var timeout = call.timeout();
    var deadline =
        Deadline.nearer(
            timeout == null ? settings.timeout() : timeout, correlation.deadline(), clock);
    var content = content(call);
    var request = new Request(call, correlation, content, deadline, headers(call, content), 1);
    var reply = chain.proceed(request);
    var elapsed = Duration.ofNanos(System.nanoTime() - started);
    var outcome =
        new OutcomeReader<>(call, correlation.correlationId(), elapsed, clock).outcome(reply);
    debug(call, correlation, outcome, elapsed);
    return outcome;
  }

  @Override
  public void close() {
    transport.close();
  }

  private static @Nullable Content content(Call<?> call) {
    return switch (call.body()) {
      case null -> null;
      case byte[] octets -> new Content("application/octet-stream", octets);
      case String text ->
          new Content("text/plain; charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
      case Object body -> new Content("application/json", Json.write(body));
    };
  }

  private static Map<String, String> headers(Call<?> call, @Nullable Content content) {
    var headers = new HashMap<String, String>();
    var type = call.type().type();
    var raw = type == byte[].class || type == String.class || type == Void.class;
    headers.put("accept", raw ? "*/*" : "application/json");
    if (content != null) {
      headers.put("content-type", content.mediaType());
    }
    headers.putAll(call.headers());
    return headers;
  }

  private static void debug(
      Call<?> call, Correlation correlation, Outcome<?> outcome, Duration elapsed) {
    if (!log.isDebugEnabled()) {
      return;
    }
    switch (outcome) {
      case Success<?>(_, var meta) ->
          log.debug(
              "[Service Client] {} -> {} in {} ms, attempts {}, correlation id {}",
              call,
              meta.status(),
              elapsed.toMillis(),
              meta.attempts(),
              correlation.correlationId());
      case Failure<?> failure -> log.debug("[Service Client] {}", failure);
    }
  }
}
