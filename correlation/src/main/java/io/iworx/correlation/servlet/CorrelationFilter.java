package io.iworx.correlation.servlet;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.CorrelationHeaders;
import io.iworx.correlation.IdentityToken;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.time.Clock;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Puts the context of each request in scope and answers with its correlation id. A request whose
 * deadline had passed when it arrived is answered 504 without starting it: nobody waits for it any
 * more.
 *
 * <p>{@link #trusting} takes identity and caller from the gateway's signature alone: a request with
 * one that is forged, for another service or too old is answered 401, one without has no identity.
 * {@link #trustingHeaders} takes user and organization from plain headers: right only where nothing
 * but the gateway can reach the service, since anyone who can connect could set them.
 *
 * <p>The context ends when the chain returns. Work that a servlet continues on another thread gets
 * it from {@link #getOrCreate}.
 */
public final class CorrelationFilter implements Filter {
  private static final String ATTRIBUTE = CorrelationFilter.class.getName();

  private final Clock clock;
  private final @Nullable SignedIdentities signed;

  private CorrelationFilter(Clock clock, @Nullable SignedIdentities signed) {
    this.clock = clock;
    this.signed = signed;
  }

  /** The filter for a service that only the gateway reaches. */
  public static CorrelationFilter trustingHeaders() {
    return new CorrelationFilter(Clock.systemUTC(), null);
  }

  /**
   * The filter for a service that believes the gateway's signature and nothing else.
   *
   * @param services the names by which the gateway's routes call it, {@code assets}: its {@link
   *     IdentityToken} must be for one of them
   * @param gatewayKeys the Ed25519 keys it may be signed with: two while one takes the other's
   *     place
   */
  public static CorrelationFilter trusting(
      Collection<String> services, Collection<PublicKey> gatewayKeys) {
    var clock = Clock.systemUTC();
    return new CorrelationFilter(clock, new SignedIdentities(services, gatewayKeys, clock));
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
    var correlation = signed == null ? of(http, clock) : ofSigned(signed, http);
    if (correlation == null) {
      answerUnauthorized(answer);
      return;
    }
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

  /** The same with who is behind it from the signature; null when that is no good. */
  private @Nullable Correlation ofSigned(SignedIdentities identities, HttpServletRequest request) {
    if (request.getAttribute(ATTRIBUTE) instanceof Correlation known) {
      return known;
    }
    var found = identities.find(request);
    if (found == null) {
      return null;
    }
    var correlation =
        CorrelationHeaders.read(request::getHeader, clock)
            .withIdentity(found.identity())
            .withCallingService(found.callingService());
    request.setAttribute(ATTRIBUTE, correlation);
    return correlation;
  }

  private static void answerUnauthorized(HttpServletResponse answer) throws IOException {
    var problem =
        """
        {"type":"about:blank","title":"Unauthorized","status":401,"error":"Unauthorized",\
        "message":"The identity that came with the request is not the gateway's, or not for here and now."}\
        """;
    answer.setStatus(HttpServletResponse.SC_UNAUTHORIZED);
    answer.setContentType("application/problem+json");
    answer.getOutputStream().write(problem.getBytes(StandardCharsets.UTF_8));
  }

  private static void answerExpired(Correlation correlation, HttpServletResponse answer)
      throws IOException {
    var problem =
        """
        {"type":"about:blank","title":"Gateway Timeout","status":504,"error":"Deadline passed",\
        "message":"The caller's deadline had passed, so the request was not started.",\
        "correlationId":"%s"}\
        """
            .formatted(correlation.correlationId()); // an accepted id needs no escaping
    answer.setStatus(HttpServletResponse.SC_GATEWAY_TIMEOUT);
    answer.setContentType("application/problem+json");
    answer.getOutputStream().write(problem.getBytes(StandardCharsets.UTF_8));
  }
}
