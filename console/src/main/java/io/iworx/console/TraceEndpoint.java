package io.iworx.console;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Identity;
import io.iworx.trace.Trace;
import io.iworx.trace.spi.TraceStore;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;

/** What one correlation id set off, as JSON, text or a Mermaid diagram. */
final class TraceEndpoint implements Endpoint.Handler {
  /** An administrator sees the rows of every organization. */
  static final Identity ADMINISTRATOR = new Identity(null, null, true);

  private final TraceStore traces;

  TraceEndpoint(TraceStore traces) {
    this.traces = traces;
  }

  private enum Format {
    JSON,
    TEXT,
    MERMAID
  }

  @Override
  public Answer answer(HttpServletRequest request, String correlationId) {
    var format = Query.of(request, Set.of("format")).oneOf("format", Format.JSON);
    if (!Correlation.accepts(correlationId)) {
      throw Refused.parameter(
          "correlationId", "A correlation id is 1 to 128 characters of A-Z a-z 0-9 . _ : -.");
    }
    var trace = Trace.of(correlationId, traces.find(correlationId, ADMINISTRATOR));
    if (trace.isEmpty()) {
      throw Refused.of(404, "Nothing is recorded for the correlation id " + correlationId + ".");
    }
    return switch (format) {
      case JSON -> Answer.jsonText(trace.json());
      case TEXT -> Answer.text(trace.text());
      case MERMAID -> Answer.text(trace.mermaid());
    };
  }
}
