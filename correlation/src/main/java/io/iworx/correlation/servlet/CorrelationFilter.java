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
import java.time.Clock;

/**
 * Puts the context of each request in scope and answers with its correlation id.
 *
 * <p>{@link #trustingHeaders} takes user and organization from plain headers: right only where
 * nothing but the gateway can reach the service, since anyone who can connect could set them.
 */
public final class CorrelationFilter implements Filter {
  private final Clock clock;

  private CorrelationFilter(Clock clock) {
    this.clock = clock;
  }

  /** The filter for a service that only the gateway reaches. */
  public static CorrelationFilter trustingHeaders() {
    return new CorrelationFilter(Clock.systemUTC());
  }

  /**
   * The context in scope, or, for a request that did not pass through this filter, the one its
   * headers hold, with a fresh correlation id when they hold none.
   */
  public static Correlation getOrCreate(HttpServletRequest request) {
    return Correlation.current()
        .orElseGet(() -> CorrelationHeaders.read(request::getHeader, Clock.systemUTC()));
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (!(request instanceof HttpServletRequest http)
        || !(response instanceof HttpServletResponse answer)) {
      chain.doFilter(request, response);
      return;
    }
    var correlation = CorrelationHeaders.read(http::getHeader, clock);
    answer.setHeader(CorrelationHeaders.CORRELATION_ID, correlation.correlationId());
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
}
