package io.iworx.serviceclient;

import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One method of a typed client, understood once.
 *
 * @param http the HTTP method
 * @param template the path with {@code {}} for each place
 * @param places how many there are
 * @param hasBody whether the last parameter is the body
 * @param type what the answer is read as
 * @param returns how the caller wants it
 */
record EndpointMethod(
    Call.Method http,
    String template,
    int places,
    boolean hasBody,
    ResponseType<?> type,
    Returns returns) {
  private static final Pattern LINE = Pattern.compile("(GET|POST|PUT|PATCH|DELETE) (/\\S+)");
  private static final Pattern PLACE = Pattern.compile("\\{([A-Za-z_][A-Za-z0-9_]*)}");

  /** How the caller wants the outcome. */
  enum Returns {
    OUTCOME,
    BODY,
    CALL
  }

  /**
   * Understands a method.
   *
   * @throws IllegalArgumentException with what is wrong about it
   */
  static EndpointMethod of(Method method) {
    var endpoint = method.getAnnotation(Endpoint.class);
    require(endpoint != null, method, "it has no @Endpoint(\"GET /…\")");
    var line = LINE.matcher(endpoint.value());
    require(line.matches(), method, "its @Endpoint must read like \"GET /assets/{id}\"");
    var http = Call.Method.valueOf(line.group(1));
    var names = PLACE.matcher(line.group(2)).results().map(it -> it.group(1)).toList();
    var template = PLACE.matcher(line.group(2)).replaceAll("{}");
    require(
        template.replace("{}", "").indexOf('{') < 0 && template.replace("{}", "").indexOf('}') < 0,
        method,
        "a place in its path must be a name in braces, such as {id}");
    var hasBody = hasBody(method, names, http);
    var returned = method.getGenericReturnType();
    var returns = returns(method.getReturnType());
    return new EndpointMethod(
        http,
        template,
        names.size(),
        hasBody,
        new ResponseType.Known<>(
            returns == Returns.BODY ? boxed(returned) : argument(method, returned)),
        returns);
  }

  /** The call that these arguments make. */
  Call<?> call(@Nullable Object[] arguments) {
    var values = new ArrayList<Object>(places);
    for (int i = 0; i < places; i++) {
      var value = arguments[i];
      if (value == null) {
        throw new IllegalArgumentException(
            "Argument " + (i + 1) + " for " + http + " " + template + " is null.");
      }
      values.add(value);
    }
    return new Call<>(
        http,
        CallPath.filled(template, values.toArray()),
        hasBody ? arguments[places] : null,
        type,
        null,
        null,
        Map.of());
  }

  private static boolean hasBody(Method method, List<String> names, Call.Method http) {
    var parameters = method.getParameters();
    var more = parameters.length - names.size();
    require(
        more == 0 || more == 1,
        method,
        "it has "
            + parameters.length
            + " parameters for "
            + names.size()
            + " places and at most one body");
    require(more == 0 || http != Call.Method.GET, method, "a GET has no body");
    for (int i = 0; i < names.size(); i++) {
      require(
          !parameters[i].isNamePresent() || parameters[i].getName().equals(names.get(i)),
          method,
          "its parameter " + (i + 1) + " must be the place {" + names.get(i) + "}");
    }
    return more == 1;
  }

  private static Returns returns(Class<?> type) {
    if (type == Outcome.class) {
      return Returns.OUTCOME;
    }
    return type == Call.class ? Returns.CALL : Returns.BODY;
  }

  private static Type argument(Method method, Type returned) {
    require(
        returned instanceof ParameterizedType,
        method,
        "the type that it returns needs its argument, such as Outcome<Asset>");
    return ((ParameterizedType) returned).getActualTypeArguments()[0];
  }

  private static Type boxed(Type type) {
    return type == void.class ? Void.class : type;
  }

  private static void require(boolean holds, Method method, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(
          "The method "
              + method.getDeclaringClass().getSimpleName()
              + "."
              + method.getName()
              + " calls nothing: "
              + otherwise
              + ".");
    }
  }
}
