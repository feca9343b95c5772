package io.iworx.gateway;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a filter; whatever it does wrong costs one request and names the filter. */
final class FilterStep implements Step {
  static final long MOST_MILLIS = 10;
  private static final long MOST_NANOS = TimeUnit.MILLISECONDS.toNanos(MOST_MILLIS);
  private static final Logger log = LoggerFactory.getLogger(FilterStep.class);

  private final String name;
  private final Filter filter;

  FilterStep(String name, Filter filter) {
    this.name = name;
    this.filter = filter;
  }

  @Override
  public Verdict apply(Exchange exchange) {
    if (filter instanceof WaitingFilter(var waiting)) {
      return later(exchange, new FilterCall(name, waiting, exchange));
    }
    var call = new FilterCall(name, filter, exchange);
    var begun = System.nanoTime();
    var verdict = run(exchange, call);
    watch(exchange, System.nanoTime() - begun);
    if (call.change() != null) {
      exchange.atAnswer((status, headers) -> change(exchange, call, status, headers));
    }
    return verdict;
  }

  private Verdict later(Exchange exchange, FilterCall call) {
    var verdict = new CompletableFuture<Verdict>();
    exchange.atAnswer((status, headers) -> change(exchange, call, status, headers));
    var thread =
        Thread.ofVirtual()
            .name("iworx-gateway-filter-" + name)
            .start(() -> exchange.correlation().run(() -> verdict.complete(run(exchange, call))));
    exchange.atEnd(() -> leave(exchange, thread, verdict));
    return new Verdict.Later(verdict);
  }

  private void leave(Exchange exchange, Thread thread, CompletableFuture<Verdict> verdict) {
    if (!verdict.isDone()) {
      log.warn(
          "[API Gateway] {} the filter {} still waited when its request ended; it is interrupted",
          exchange.correlationId(),
          name);
      thread.interrupt();
    }
  }

  private Verdict run(Exchange exchange, FilterCall call) {
    try {
      return call.run();
    } catch (Throwable e) { // a filter's own fault must not take the connection along
      log.error("[API Gateway] {} the filter {} failed", exchange.correlationId(), name, e);
      return new Verdict.Refuse(Problem.INTERNAL);
    }
  }

  private void change(Exchange exchange, FilterCall call, int status, HttpHeaders headers) {
    var change = call.change();
    if (change == null) {
      return;
    }
    var begun = System.nanoTime();
    try {
      change.accept(new AnswerHead(status, headers));
    } catch (RuntimeException e) { // the answer is there: better without the change than not at all
      log.error(
          "[API Gateway] {} the filter {} failed at the answer, which goes out unchanged by it",
          exchange.correlationId(),
          name,
          e);
    }
    watch(exchange, System.nanoTime() - begun);
  }

  private void watch(Exchange exchange, long nanos) {
    if (nanos > MOST_NANOS) {
      log.warn(
          "[API Gateway] {} the filter {} held the event loop for {} ms, and with it every"
              + " connection of the loop; wrap one that waits with Filter.onVirtualThread",
          exchange.correlationId(),
          name,
          TimeUnit.NANOSECONDS.toMillis(nanos));
    }
  }

  private record AnswerHead(int status, HttpHeaders headers) implements FilterAnswer {

    @Override
    public @Nullable String header(String name) {
      return headers.get(name);
    }

    @Override
    public void setHeader(String name, String value) {
      HeaderField.checkChange(name, value);
      headers.set(name, value);
    }

    @Override
    public void removeHeader(String name) {
      HeaderField.checkChange(name);
      headers.remove(name);
    }
  }
}
