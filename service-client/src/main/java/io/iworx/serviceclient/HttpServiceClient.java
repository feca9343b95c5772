package io.iworx.serviceclient;

import io.iworx.correlation.Correlation;
import java.time.Clock;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A call from end to end: the interceptors, then its exchange. */
final class HttpServiceClient implements ServiceClient {
  private static final Logger log = LoggerFactory.getLogger(ServiceClient.class);
  private static final Pattern SERVICE_NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  private final Engine engine;

  private HttpServiceClient(Engine engine) {
    this.engine = engine;
  }

  static HttpServiceClient create(String serviceName, ClientSettings settings, Clock clock) {
    if (!SERVICE_NAME.matcher(serviceName).matches()) {
      throw new IllegalArgumentException(
          "A service is named by 1 to 64 characters of A-Z a-z 0-9 . _ - and not otherwise.");
    }
    return new HttpServiceClient(new Engine(serviceName, settings, clock));
  }

  @Override
  public <T> Outcome<T> exchange(Call<T> call) {
    engine.requireOpen();
    var interceptors = engine.settings().interceptors();
    if (interceptors.isEmpty()) {
      return send(call);
    }
    var chain = new InterceptorChain(interceptors, call.type(), this::send);
    @SuppressWarnings("unchecked") // the chain lets only calls of this type through
    var outcome = (Outcome<T>) chain.proceed(call);
    return outcome;
  }

  @Override
  public void close() {
    engine.close();
  }

  private <T> Outcome<T> send(Call<T> call) {
    var correlation = Correlation.currentOrFresh();
    var outcome = new Exchange<>(engine, call, correlation).outcome();
    engine.listeners().tell(it -> it.ended(call, outcome));
    debug(call, outcome);
    return outcome;
  }

  private static void debug(Call<?> call, Outcome<?> outcome) {
    if (!log.isDebugEnabled()) {
      return;
    }
    switch (outcome) {
      case Success<?>(_, var meta) ->
          log.debug(
              "[Service Client] {} -> {} in {} ms, attempts {}, correlation id {}",
              call,
              meta.status(),
              meta.elapsed().toMillis(),
              meta.attempts(),
              meta.correlationId());
      case Failure<?> failure -> log.debug("[Service Client] {}", failure);
    }
  }
}
