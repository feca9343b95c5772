package io.iworx.gateway;

import io.iworx.correlation.Identity;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One filter with one request: what it sees, what it says, and that it says it once. */
final class FilterCall implements FilterRequest, FilterChain {
  private final String name;
  private final Filter filter;
  private final Exchange exchange;
  private @Nullable Thread owner;
  private @Nullable Verdict verdict;
  private @Nullable Consumer<FilterAnswer> change;

  FilterCall(String name, Filter filter, Exchange exchange) {
    this.name = name;
    this.filter = filter;
    this.exchange = exchange;
  }

  /** Runs the filter on this thread: what it said. */
  Verdict run() throws Exception {
    owner = Thread.currentThread();
    try {
      filter.apply(this, this);
    } finally {
      owner = null;
    }
    if (verdict == null) {
      throw new IllegalStateException(
          "The filter %s returned without a word; it calls proceed() or answer(…) before it returns."
              .formatted(name));
    }
    return verdict;
  }

  /** What the filter wants to be done to the answer; on the event loop, once it was heard. */
  @Nullable Consumer<FilterAnswer> change() {
    return change;
  }

  private void guard() {
    if (owner != Thread.currentThread()) {
      throw new IllegalStateException(
          "The filter %s used its request after it had returned, or from another thread; wrap one that waits with Filter.onVirtualThread."
              .formatted(name));
    }
  }

  private void say(Verdict newVerdict) {
    guard();
    if (verdict != null) {
      throw new IllegalStateException(
          "The filter %s called proceed() or answer(…) twice for one request; it calls one of them, once."
              .formatted(name));
    }
    verdict = newVerdict;
  }

  @Override
  public void proceed() {
    say(Verdict.PROCEED);
  }

  @Override
  public void answer(FilterReply reply) {
    say(
        new Verdict.Answer(
            new Reply(
                reply.status(),
                reply.contentType(),
                reply.body(),
                0,
                List.copyOf(reply.headers().entrySet()))));
  }

  @Override
  public void onAnswer(Consumer<FilterAnswer> newChange) {
    guard();
    if (change != null) {
      throw new IllegalStateException(
          "The filter %s called onAnswer twice for one request; it calls it at most once."
              .formatted(name));
    }
    change = newChange;
  }

  @Override
  public String method() {
    guard();
    return exchange.request().method().name();
  }

  @Override
  public String path() {
    guard();
    return exchange.path();
  }

  @Override
  public @Nullable String query() {
    guard();
    return exchange.query();
  }

  @Override
  public String service() {
    guard();
    return exchange.route().service();
  }

  @Override
  public String clientAddress() {
    guard();
    return exchange.client().address();
  }

  @Override
  public String correlationId() {
    guard();
    return exchange.correlationId();
  }

  @Override
  public String callingService() {
    guard();
    return exchange.caller().name();
  }

  @Override
  public Identity identity() {
    guard();
    return exchange.caller().identity();
  }

  @Override
  public @Nullable String header(String header) {
    guard();
    return exchange.request().headers().get(header);
  }

  @Override
  public List<String> headers(String header) {
    guard();
    return List.copyOf(exchange.request().headers().getAll(header));
  }

  @Override
  public void setHeader(String header, String value) {
    guard();
    HeaderField.checkChange(header, value);
    exchange.request().headers().set(header, value);
  }

  @Override
  public void removeHeader(String header) {
    guard();
    HeaderField.checkChange(header);
    exchange.request().headers().remove(header);
  }
}
