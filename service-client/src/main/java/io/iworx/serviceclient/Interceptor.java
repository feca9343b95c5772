package io.iworx.serviceclient;

import java.util.List;

/** Around an outgoing call: may change it, refuse it, repeat it, or look at what came back. */
@FunctionalInterface
interface Interceptor {

  /** Answers the request, usually by letting the rest of the chain do it. */
  Reply intercept(Request request, Chain rest);

  /** The interceptors further in; the innermost sends. */
  @FunctionalInterface
  interface Chain {
    Reply proceed(Request request);
  }

  /** The chain that runs the interceptors in order and ends at the innermost. */
  static Chain chain(List<Interceptor> interceptors, Chain innermost) {
    var chain = innermost;
    for (var interceptor : interceptors.reversed()) {
      var rest = chain;
      chain = request -> interceptor.intercept(request, rest);
    }
    return chain;
  }
}
