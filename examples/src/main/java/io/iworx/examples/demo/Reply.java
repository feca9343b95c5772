package io.iworx.examples.demo;

import tools.jackson.databind.JsonNode;

/**
 * What a call brought.
 *
 * @param call what was called: {@code GET /api/assets}
 * @param millis how long it took
 */
record Reply(String call, int status, JsonNode body, long millis) {

  /** A member of the body as text; empty when it is not there. */
  String text(String member) {
    return body.path(member).asString("");
  }
}
