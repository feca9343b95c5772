package io.iworx.console;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.CorrelationHeaders;
import io.iworx.correlation.Identity;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.eclipse.jetty.http.HttpException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets requests in, finds their endpoint, and makes a problem of whatever goes wrong. */
final class AdminServlet extends HttpServlet {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServlet.class);

  private final transient List<Endpoint> endpoints;
  private final transient Gatekeeper gatekeeper;
  private final transient AtomicReference<Readiness> readiness;
  private final transient @Nullable Supplier<String> metrics;
  private final transient Clock clock;

  AdminServlet(
      List<Endpoint> endpoints,
      Gatekeeper gatekeeper,
      AtomicReference<Readiness> readiness,
      @Nullable Supplier<String> metrics,
      Clock clock) {
    this.endpoints = endpoints;
    this.gatekeeper = gatekeeper;
    this.readiness = readiness;
    this.metrics = metrics;
    this.clock = clock;
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    var correlation =
        CorrelationHeaders.read(request::getHeader, clock)
            .withIdentity(Identity.NONE)
            .withCausationId(null)
            .withCallingService(Correlation.EXTERNAL);
    var answer = correlation.call(() -> answer(request, correlation.correlationId()));
    response.setStatus(answer.status());
    response.setContentType(answer.contentType());
    var body = answer.bytes();
    response.setContentLength(body.length);
    response.setHeader(CorrelationHeaders.CORRELATION_ID, correlation.correlationId());
    response.setHeader("cache-control", "no-store");
    response.setHeader("x-content-type-options", "nosniff");
    response.setHeader("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    if (answer.status() == HttpServletResponse.SC_UNAUTHORIZED) {
      response.setHeader("www-authenticate", "Bearer");
    }
    response.getOutputStream().write(body);
  }

  private Answer answer(HttpServletRequest request, String correlationId) {
    try {
      gatekeeper.checkLocal(request);
      return switch (request.getServletPath()) {
        case "/health/live" -> Answer.json(Map.of("status", "live"));
        case "/health/ready" -> ready();
        case "/metrics" -> metrics();
        default -> admin(request);
      };
    } catch (Refused e) {
      return Problem.of(e.status(), e.sentence(), correlationId, e.members());
    } catch (Exception e) {
      if (e instanceof HttpException refusal && refusal.getCode() < 500) {
        return Problem.of(
            refusal.getCode(), "The request cannot be read.", correlationId, Map.of());
      }
      LOG.error("[Console] {} failed", request.getServletPath(), e);
      return Problem.of(
          500, "This failed; the log says why under this correlation id.", correlationId, Map.of());
    }
  }

  private Answer metrics() {
    if (metrics == null) {
      throw Refused.of(404, "Metrics are off; --metrics or the configuration switches them on.");
    }
    return new Answer(200, "text/plain; version=0.0.4; charset=utf-8", metrics.get());
  }

  private Answer ready() {
    var state = readiness.get();
    return Answer.json(
        state == Readiness.READY ? 200 : 503,
        Map.of("status", state.name().toLowerCase(java.util.Locale.ROOT)));
  }

  private Answer admin(HttpServletRequest request) throws Exception {
    gatekeeper.checkToken(request);
    var known = false;
    for (var endpoint : endpoints) {
      var last = endpoint.match(request.getServletPath());
      if (last != null && endpoint.method().equals(request.getMethod())) {
        return endpoint.handler().answer(request, last);
      }
      known |= last != null;
    }
    throw known
        ? Refused.of(405, "This path does not take the method " + shown(request.getMethod()) + ".")
        : Refused.of(404, "There is nothing at this path.");
  }

  private static String shown(String method) {
    return method.length() <= 16 ? method : method.substring(0, 16);
  }
}
