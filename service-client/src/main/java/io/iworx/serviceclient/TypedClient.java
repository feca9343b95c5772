package io.iworx.serviceclient;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls that the methods of an interface stand for.
 *
 * @param client makes them
 * @param api the interface
 * @param endpoints what each of its methods calls
 */
record TypedClient(ServiceClient client, Class<?> api, Map<Method, EndpointMethod> endpoints)
    implements InvocationHandler {

  static <A> A of(ServiceClient client, Class<A> api) {
    if (!api.isInterface()) {
      throw new IllegalArgumentException(api.getName() + " is no interface of @Endpoint methods.");
    }
    var endpoints = new HashMap<Method, EndpointMethod>();
    for (var method : api.getMethods()) {
      if (Modifier.isAbstract(method.getModifiers())) {
        endpoints.put(method, EndpointMethod.of(method));
      }
    }
    var proxy =
        Proxy.newProxyInstance(
            api.getClassLoader(), new Class<?>[] {api}, new TypedClient(client, api, endpoints));
    return api.cast(proxy);
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    var endpoint = endpoints.get(method);
    if (endpoint == null) {
      return method.isDefault()
          ? InvocationHandler.invokeDefault(proxy, method, arguments)
          : ofObject(method, arguments);
    }
    var call = endpoint.call(arguments == null ? new Object[0] : arguments);
    return switch (endpoint.returns()) {
      case CALL -> call;
      case OUTCOME -> client.exchange(call);
      case BODY -> client.exchange(call).orElseThrow();
    };
  }

  private Object ofObject(Method method, @Nullable Object @Nullable [] arguments) {
    return switch (method.getName()) {
      case "equals" -> arguments != null && isOf(arguments[0]);
      case "hashCode" -> hashCode();
      default -> api.getSimpleName() + " of " + client;
    };
  }

  /** Whether it makes the same calls with the same client. */
  private boolean isOf(@Nullable Object other) {
    return other != null
        && Proxy.isProxyClass(other.getClass())
        && Proxy.getInvocationHandler(other).equals(this);
  }
}
