package io.iworx.correlation.servlet;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.CorrelationHeaders;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;

/**
 * Puts the context of each request in scope and answers with its correlation id. A request whose
 * deadline had passed when it arrived is answered 504 without starting it: nobody waits for it any
 * more.
 *
 * <p>{@link #trustingHeaders} takes user and organization from plain headers: right only where
 * nothing but the gateway can reach the service, since anyone who can connect could set them.
 *
 * <p>The context ends when the chain returns. Work that a servlet continues on another thread gets
 * it from {@link #getOrCreate}.
 */
public final class CorrelationFilter implements Filter {
  private static final String ATTRIBUTE = CorrelationFilter.class.getName();

  private final Clock clock;

  private CorrelationFilter(Clock clock) {
    this.clock = clock;
  }

  /** The filter for a service that only the gateway reaches. */
  public static CorrelationFilter trustingHeaders() {
    return new CorrelationFilter(Clock.systemUTC());
  }

  /**
   * The context in scope; or the one this filter found for the request; or, for a request that did
   * not pass through this filter, the one its headers hold, with a fresh correlation id when they
   * hold none. The answer for one request stays the same.
   */
  public static Correlation getOrCreate(HttpServletRequest request) {
    return Correlation.current().orElseGet(() -> of(request, Clock.systemUTC()));
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (!(request instanceof HttpServletRequest http)
        || !(response instanceof HttpServletResponse answer)) {
      chain.doFilter(request, response);
      return;
    }
    var firstDispatch = http.getAttribute(ATTRIBUTE) == null;
    var correlation = of(http, clock);
    answer.setHeader(CorrelationHeaders.CORRELATION_ID, correlation.correlationId());
    var deadline = correlation.deadline();
    if (firstDispatch && deadline != null && !clock.instant().isBefore(deadline)) {
      answerExpired(correlation, answer);
      return;
    }
    try {
      correlation.call(
          () -> {
            chain.doFilter(request, response);
            return true;
          });
    } catch (IOException | ServletException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new ServletException(e);
    }
  }

  /** Read once a request: another dispatch or another thread must not see another fresh id. */
  private static Correlation of(HttpServletRequest request, Clock clock) {
    if (request.getAttribute(ATTRIBUTE) instanceof Correlation known) {
      return known;
    }
    var correlation = CorrelationHeaders.read(request::getHeader, clock);
    request.setAttribute(ATTRIBUTE, correlation);
    return correlation;
  }

  private static void answerExpired(Correlation correlation, HttpServletResponse answer)
      throws IOException {
    var problem =
        """
        {"type":"about:blank","title":"Gateway Timeout","status":504,"error":"Deadline passed",\
        "message":"The caller's deadline had passed, so the request was not started.",\
        "correlationId":"%s"}"""
            .formatted(correlation.correlationId()); // an accepted id needs no escaping
    answer.setStatus(HttpServletResponse.SC_GATEWAY_TIMEOUT);
    answer.setContentType("application/problem+json");
    answer.getOutputStream().write(problem.getBytes(StandardCharsets.UTF_8));
  }
}
