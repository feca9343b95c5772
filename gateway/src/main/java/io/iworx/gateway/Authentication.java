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
 * Who the caller is: by {@code authorization: Bearer}, else by an {@code apikey} that is configured
 * (any other is passed on and proves nothing). A token that is there but not valid is refused on
 * public routes too.
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
  private final ApiKeys apiKeys;
  private final @Nullable UserLookup lookup;

  Authentication(Tokens tokens, ApiKeys apiKeys, @Nullable UserLookup lookup) {
    this.tokens = tokens;
    this.apiKeys = apiKeys;
    this.lookup = lookup;
  }

  @Override
  public Verdict apply(Exchange exchange) {
    var values = exchange.request().headers().getAll(HttpHeaderNames.AUTHORIZATION);
    if (values.size() > 1) {
      return new Verdict.Refuse(Problem.badRequest("There is more than one authorization header."));
    }
    if (values.isEmpty() || !hasBearerScheme(values.getFirst())) {
      return byApiKey(exchange);
    }
    var token = values.getFirst().substring(SCHEME.length()).replaceFirst("^ +", "");
    return TOKEN.matcher(token).matches()
        ? decide(exchange, tokens.check(token))
        : decide(exchange, new TokenCheck.Invalid("not three parts of base64url"));
  }

  private Verdict byApiKey(Exchange exchange) {
    var key = apiKeys.find(exchange.request().headers());
    if (key == null) {
      return anonymous(exchange);
    }
    var service = Objects.requireNonNullElse(key.service(), Correlation.EXTERNAL);
    var claims = TokenClaims.ofRoles(key.roles());
    exchange.calledBy(new Caller(service, key.identity(), true, null, null, claims));
    return Verdict.PROCEED;
  }

  private static boolean hasBearerScheme(String value) {
    return value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && (value.length() == SCHEME.length() || value.charAt(SCHEME.length()) <= ' ');
  }

  private Verdict decide(Exchange exchange, TokenCheck check) {
    return switch (check) {
      case TokenCheck.Valid(var token, var claims, var expires) -> {
        exchange.authenticatedUntil(expires);
        yield admit(exchange, token, claims);
      }
      case TokenCheck.Invalid(var reason) -> {
        log.debug("[API Gateway] {} token refused: {}", exchange.correlationId(), reason);
        yield UNAUTHORIZED;
      }
      case TokenCheck.Undecided() -> new Verdict.Refuse(Problem.KEYS_UNAVAILABLE);
      case TokenCheck.Waiting(var later) ->
          new Verdict.Later(later.thenApply(it -> decide(exchange, it)));
    };
  }

  private Verdict admit(Exchange exchange, Token token, TokenClaims claims) {
    return switch (token) {
      case Token.OfNobody() -> anonymous(exchange);
      case Token.OfUser(var identity) -> user(exchange, identity, claims);
      case Token.OfService(var name) -> service(exchange, name, claims);
    };
  }

  private Verdict user(Exchange exchange, Identity identity, TokenClaims claims) {
    var user = identity.userId();
    if (lookup == null || user == null || !UserLookup.isNeededFor(identity)) {
      return known(exchange, identity, claims);
    }
    var remembered = lookup.known(user);
    return remembered != null
        ? known(exchange, remembered, claims)
        : new Verdict.Later(
            lookup
                .find(user)
                .thenApply(it -> known(exchange, it, claims))
                .exceptionally(_ -> new Verdict.Refuse(Problem.IDENTITY_UNAVAILABLE)));
  }

  private static Verdict known(Exchange exchange, Identity identity, TokenClaims claims) {
    exchange.calledBy(Caller.user(identity, claims));
    return Verdict.PROCEED;
  }

  private static Verdict anonymous(Exchange exchange) {
    return exchange.route().publicAccess() ? Verdict.PROCEED : UNAUTHORIZED;
  }

  private static Verdict service(Exchange exchange, @Nullable String name, TokenClaims claims) {
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
              asserted(headers, CorrelationHeaders.ATTEMPT, ATTEMPT),
              claims));
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
