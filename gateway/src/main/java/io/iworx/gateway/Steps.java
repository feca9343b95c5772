package io.iworx.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a request, in order, except {@link WebSockets} and {@link Authentication}: each is
 * one method.
 */
final class Steps {
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
  private static final Set<String> REFUSED_METHODS = Set.of("TRACE", "CONNECT");
  private static final Set<String> HEALTH_PATHS = Set.of("/health", "/api/health");

  private final HealthPage healthPage;
  private final WebSockets webSockets;
  private final Authentication authentication;
  private final @Nullable Step signing;
  private final long maxBody;

  Steps(
      HealthPage healthPage,
      WebSockets webSockets,
      Authentication authentication,
      @Nullable Step signing,
      long maxBody) {
    this.healthPage = healthPage;
    this.webSockets = webSockets;
    this.authentication = authentication;
    this.signing = signing;
    this.maxBody = maxBody;
  }

  List<Step> inOrder() {
    var steps =
        new ArrayList<>(
            List.<Step>of(
                Steps::checkMethod,
                Steps::answerPreflight,
                Steps::normalizePath,
                this::answerHealth,
                Steps::matchRoute,
                webSockets,
                authentication,
                this::checkBodySize,
                Steps::checkTarget,
                Steps::checkDeadline));
    if (signing != null) {
      steps.add(signing);
    }
    return List.copyOf(steps);
  }

  private static Verdict checkMethod(Exchange exchange) {
    var method = exchange.request().method().name();
    if (METHODS.contains(method)) {
      return Verdict.PROCEED;
    }
    return new Verdict.Refuse(
        REFUSED_METHODS.contains(method) ? Problem.METHOD_NOT_ALLOWED : Problem.METHOD_UNKNOWN);
  }

  /** The gateway answers OPTIONS for every path, without a token; services never see it. */
  private static Verdict answerPreflight(Exchange exchange) {
    if (!exchange.request().method().equals(HttpMethod.OPTIONS)) {
      return Verdict.PROCEED;
    }
    var asked = routeAskedFor(exchange);
    if (asked != null) {
      exchange.corsOf(asked);
    }
    return new Verdict.Answer(Reply.NO_CONTENT);
  }

  /** The route of the request that a preflight asks for; null where there is none. */
  private static @Nullable Route routeAskedFor(Exchange exchange) {
    var method = exchange.request().headers().get(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
    var path = RequestPath.of(exchange.request().target());
    var inner = path == null ? "" : RouteTable.inner(path.path());
    var service = RouteTable.service(inner);
    var routes = service == null ? null : exchange.table().of(service);
    if (routes == null || method == null || !METHODS.contains(method)) {
      return null;
    }
    var request = exchange.request().withMethod(HttpMethod.valueOf(method));
    return routes.find(inner, RouteTable.endOfService(inner), request)
            instanceof ServiceRoutes.Found.One(var entry)
        ? entry.route()
        : null;
  }

  private static Verdict normalizePath(Exchange exchange) {
    var path = RequestPath.of(exchange.request().target());
    if (path == null) {
      return new Verdict.Refuse(Problem.AMBIGUOUS_PATH);
    }
    exchange.normalized(path);
    return Verdict.PROCEED;
  }

  private Verdict answerHealth(Exchange exchange) {
    if (!HEALTH_PATHS.contains(exchange.path())) {
      return Verdict.PROCEED;
    }
    var method = exchange.request().method();
    return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)
        ? new Verdict.Answer(healthPage.reply())
        : new Verdict.Refuse(Problem.METHOD_NOT_ALLOWED);
  }

  private static Verdict matchRoute(Exchange exchange) {
    var service = RouteTable.service(exchange.path());
    if (service == null) {
      return new Verdict.Refuse(Problem.NOT_UNDER_API);
    }
    var routes = exchange.table().of(service);
    if (routes == null) {
      return new Verdict.Refuse(Problem.unknownService(exchange.table().services()));
    }
    var path = exchange.path();
    return switch (routes.find(path, RouteTable.endOfService(path), exchange.request())) {
      case ServiceRoutes.Found.One(var entry) -> {
        exchange.matched(entry.drawn());
        yield entry.steps().first(exchange);
      }
      case ServiceRoutes.Found.OtherMethod() -> new Verdict.Refuse(Problem.METHOD_NOT_ALLOWED);
      case ServiceRoutes.Found.Nothing() -> new Verdict.Refuse(Problem.NO_ROUTE);
    };
  }

  private Verdict checkBodySize(Exchange exchange) {
    return exchange.request().bodyLength() > exchange.maxBody(maxBody)
        ? new Verdict.Refuse(Problem.BODY_TOO_LARGE)
        : Verdict.PROCEED;
  }

  private static Verdict checkTarget(Exchange exchange) {
    return exchange.upstream().targets().isEmpty()
        ? new Verdict.Refuse(Problem.unreachable(exchange.route().service()))
        : Verdict.PROCEED;
  }

  /** A deadline that has passed already: nothing is started. */
  private static Verdict checkDeadline(Exchange exchange) {
    return exchange.millisLeft() <= 0 ? new Verdict.Refuse(Problem.TOO_LATE) : Verdict.PROCEED;
  }
}
