package io.iworx.console;

import java.util.LinkedHashMap;
import java.util.Map;
import org.eclipse.jetty.http.HttpStatus;

/** An error as {@code application/problem+json} (RFC 9457), with the platform's {@code error}. */
final class Problem {
  static final String CONTENT_TYPE = "application/problem+json";

  private Problem() {}

  static Answer of(
      int status, String sentence, String correlationId, Map<String, String> moreMembers) {
    var members = new LinkedHashMap<String, Object>();
    members.put("type", "about:blank");
    members.put("title", HttpStatus.getMessage(status));
    members.put("status", status);
    members.put("error", sentence);
    members.put("message", sentence);
    members.put("correlationId", correlationId);
    members.putAll(moreMembers);
    return new Answer(status, CONTENT_TYPE, Answer.JSON.writeValueAsString(members));
  }
}
