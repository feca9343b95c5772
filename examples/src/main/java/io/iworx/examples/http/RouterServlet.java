package io.iworx.examples.http;

import io.iworx.correlation.CorrelationHeaders;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands requests to the router and writes what it answers. */
final class RouterServlet extends HttpServlet {
  private static final Logger log = LoggerFactory.getLogger(RouterServlet.class);

  private final transient Router router;

  RouterServlet(Router router) {
    this.router = router;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    try {
      var method = request.getMethod().equals("HEAD") ? "GET" : request.getMethod();
      var match = router.match(method, request.getRequestURI());
      var answer = match.handler().answer(new Request(request, match.variables()));
      write(response, answer.status(), "application/json", answer.body());
    } catch (HttpError e) {
      if (e.answeredKey() != null) {
        response.setHeader(CorrelationHeaders.IDEMPOTENCY_KEY, e.answeredKey());
      }
      fail(response, e.status(), e.error(), e.members());
    } catch (Exception e) {
      unexpected(request, response, e);
    }
  }

  private static void unexpected(
      HttpServletRequest request, HttpServletResponse response, Exception e) throws IOException {
    if (isDataException(e)) {
      fail(response, 400, "A value is outside the range that can be stored", Map.of());
      return;
    }
    log.error("{} {} failed", request.getMethod(), request.getRequestURI(), e);
    fail(response, 500, "Internal error", Map.of());
  }

  /** SQLSTATE class 22: PostgreSQL refused a value, not the statement. */
  private static boolean isDataException(Throwable failure) {
    for (var it = failure; it != null; it = it.getCause()) {
      if (it instanceof SQLException e && e.getSQLState() != null) {
        return e.getSQLState().startsWith("22");
      }
    }
    return false;
  }

  private static void fail(
      HttpServletResponse response, int status, String error, Map<String, ?> members)
      throws IOException {
    if (members.get("allow") instanceof String allow) {
      response.setHeader("allow", allow);
    }
    write(response, status, Problem.CONTENT_TYPE, Problem.of(status, error, members));
  }

  private static void write(
      HttpServletResponse response, int status, String contentType, Object body)
      throws IOException {
    var bytes = Json.write(body).getBytes(StandardCharsets.UTF_8);
    response.setStatus(status);
    response.setContentType(contentType);
    response.setContentLength(bytes.length);
    response.getOutputStream().write(bytes);
  }
}
