package io.iworx.examples.http;

/** Answers the requests of one route, on a virtual thread of their own. */
@FunctionalInterface
public interface RequestHandler {

  /**
   * Answers the request.
   *
   * @throws HttpError for an answer that is not a success
   * @throws Exception anything else is a 500
   */
  Answer answer(Request request) throws Exception;
}
