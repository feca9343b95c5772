package io.iworx.serviceclient;

import java.util.List;
import java.util.Objects;

/**
 * The interceptors from one on, and what lies behind the last.
 *
 * @param rest those that come still, the outermost first
 * @param type what the call is to be read as
 * @param innermost sends
 */
record InterceptorChain(List<Interceptor> rest, ResponseType<?> type, Interceptor.Chain innermost)
    implements Interceptor.Chain {

  @Override
  public Outcome<?> proceed(Call<?> call) {
    if (!call.type().equals(type)) {
      throw new IllegalArgumentException(
          "An interceptor let "
              + call
              + " proceed with another response type; the caller would get what it did not ask for.");
    }
    if (rest.isEmpty()) {
      return innermost.proceed(call);
    }
    var next = rest.getFirst();
    var further = new InterceptorChain(rest.subList(1, rest.size()), type, innermost);
    return Objects.requireNonNull(
        next.intercept(call, further),
        () -> "The interceptor " + next + " returned null for " + call + " instead of an outcome.");
  }
}
