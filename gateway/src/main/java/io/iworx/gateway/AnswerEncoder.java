package io.iworx.gateway;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** Answers to bytes; knows that the answer to HEAD has no body whatever its headers say. */
final class AnswerEncoder extends HttpResponseEncoder {
  private boolean headOnly;

  void headOnly(boolean newHeadOnly) {
    headOnly = newHeadOnly;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpResponse answer) {
    return headOnly || super.isContentAlwaysEmpty(answer);
  }
}
