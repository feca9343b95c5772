package io.iworx.gateway;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.CorrelationHeaders;
import io.iworx.correlation.Identity;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who the caller is. Only {@code authorization: Bearer} proves anything ({@code apikey} is passed
 * on and believed by nobody here); a token that is there but not valid is refused on public routes
 * too.
 */
final class Authentication implements Step {
  private static final Logger log = LoggerFactory.getLogger(Authentication.class);
  private static final Pattern TOKEN =
      Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
  private static final Pattern ASSERTED = Pattern.compile("[\\x21-\\x2b\\x2d-\\x7e]{1,256}");
  private static final Pattern ATTEMPT = Pattern.compile("[1-9][0-9]{0,3}");
  private static final String SCHEME = "Bearer";
  private static final Verdict UNAUTHORIZED = new Verdict.Refuse(Problem.UNAUTHORIZED);

  private final Tokens tokens;

  Authentication(Tokens tokens) {
    this.tokens = tokens;
  }

  @Override
  public Verdict apply(Exchange exchange) {
    var values = exchange.request().headers().getAll(HttpHeaderNames.AUTHORIZATION);
    if (values.size() > 1) {
      return new Verdict.Refuse(Problem.badRequest("There is more than one authorization header."));
    }
    if (values.isEmpty() || !hasBearerScheme(values.getFirst())) {
      return anonymous(exchange);
    }
    var token = values.getFirst().substring(SCHEME.length()).replaceFirst("^ +", "");
    return TOKEN.matcher(token).matches()
        ? decide(exchange, tokens.check(token))
        : decide(exchange, new TokenCheck.Invalid("not three parts of base64url"));
  }

  private static boolean hasBearerScheme(String value) {
    return value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && (value.length() == SCHEME.length() || value.charAt(SCHEME.length()) <= ' ');
  }

  private Verdict decide(Exchange exchange, TokenCheck check) {
    return switch (check) {
      case TokenCheck.Valid(var token) -> admit(exchange, token);
      case TokenCheck.Invalid(var reason) -> {
        log.debug("[API Gateway] {} token refused: {}", exchange.correlationId(), reason);
        yield UNAUTHORIZED;
      }
      case TokenCheck.Undecided() -> new Verdict.Refuse(Problem.KEYS_UNAVAILABLE);
      case TokenCheck.Waiting(var later) ->
          new Verdict.Later(later.thenApply(it -> decide(exchange, it)));
    };
  }

  private static Verdict admit(Exchange exchange, Token token) {
    return switch (token) {
      case Token.OfNobody() -> anonymous(exchange);
      case Token.OfUser(var identity) -> {
        exchange.calledBy(Caller.user(identity));
        yield Verdict.PROCEED;
      }
      case Token.OfService(var name) -> service(exchange, name);
    };
  }

  private static Verdict anonymous(Exchange exchange) {
    return exchange.route().publicAccess() ? Verdict.PROCEED : UNAUTHORIZED;
  }

  private static Verdict service(Exchange exchange, @Nullable String name) {
    var headers = exchange.request().headers();
    try {
      var asserted = asserted(headers, CorrelationHeaders.CALLING_SERVICE, ASSERTED);
      var identity =
          new Identity(
              asserted(headers, CorrelationHeaders.USER_ID, ASSERTED),
              asserted(headers, CorrelationHeaders.ORGANIZATION_ID, ASSERTED),
              "true".equals(asserted(headers, CorrelationHeaders.CROSS_PROJECT_ACCESS, ASSERTED)));
      var cause = asserted(headers, CorrelationHeaders.CAUSATION_ID, ASSERTED);
      exchange.calledBy(
          new Caller(
              Objects.requireNonNullElse(name != null ? name : asserted, Correlation.EXTERNAL),
              identity,
              true,
              Correlation.accepts(cause) ? cause : null,
              asserted(headers, CorrelationHeaders.ATTEMPT, ATTEMPT)));
      return Verdict.PROCEED;
    } catch (RefusedException e) {
      return new Verdict.Refuse(e.problem());
    }
  }

  /** A header a service may set: once, and well formed, or the request is refused. */
  private static @Nullable String asserted(HttpHeaders headers, String name, Pattern form) {
    List<String> values = headers.getAll(name);
    if (values.isEmpty() || (values.size() == 1 && values.getFirst().isEmpty())) {
      return null;
    }
    if (values.size() > 1 || !form.matcher(values.getFirst()).matches()) {
      throw RefusedException.badRequest("The header " + name + " must be there once, well formed.");
    }
    return values.getFirst();
  }
}
