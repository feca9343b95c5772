package io.iworx.examples.http;

import io.iworx.correlation.Correlation;
import java.util.LinkedHashMap;
import java.util.Map;

/** An error as JSON: RFC 9457, and the member {@code error} that the platform's clients read. */
final class Problem {
  static final String CONTENT_TYPE = "application/problem+json";

  private Problem() {}

  static Map<String, Object> of(int status, String error, Map<String, ?> members) {
    var problem = new LinkedHashMap<String, Object>();
    problem.put("title", error);
    problem.put("status", status);
    problem.put("error", error);
    Correlation.current()
        .ifPresent(context -> problem.put("correlationId", context.correlationId()));
    problem.putAll(members);
    return problem;
  }
}
