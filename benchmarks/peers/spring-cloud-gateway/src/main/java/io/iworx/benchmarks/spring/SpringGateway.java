package io.iworx.benchmarks.spring;

import java.util.Map;
import java.util.UUID;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.annotation.Bean;

/** Routes by prefix, adds or passes the correlation id, strips identity headers. */
@SpringBootApplication(proxyBeanMethods = false)
public class SpringGateway {
  private static final String CORRELATION_ID = "x-correlation-id";

  public static void main(String[] arguments) {
    var application = new SpringApplication(SpringGateway.class);
    application.setDefaultProperties(
        Map.of(
            "server.address", "127.0.0.1",
            "server.port", "0",
            "spring.main.banner-mode", "off",
            "logging.level.root", "warn",
            "spring.cloud.gateway.server.webflux.httpclient.pool.type", "fixed",
            "spring.cloud.gateway.server.webflux.httpclient.pool.max-connections", "256"));
    var context = application.run(arguments);
    System.out.println("value port " + context.getEnvironment().getProperty("local.server.port"));
  }

  @Bean
  RouteLocator routes(RouteLocatorBuilder routes) {
    return routes
        .routes()
        .route(
            "assets",
            route ->
                route
                    .path("/api/assets/**")
                    .filters(
                        filters ->
                            filters
                                .stripPrefix(2)
                                .removeRequestHeader("x-calling-service")
                                .removeRequestHeader("x-user-id")
                                .removeRequestHeader("x-organization-id")
                                .removeRequestHeader("x-cross-project-access")
                                .removeRequestHeader("x-iworx-identity"))
                    .uri("http://127.0.0.1:" + Integer.getInteger("upstream")))
        .build();
  }

  @Bean
  GlobalFilter correlation() {
    return (exchange, chain) -> {
      var given = exchange.getRequest().getHeaders().getFirst(CORRELATION_ID);
      var id = given == null ? UUID.randomUUID().toString() : given;
      exchange.getResponse().getHeaders().set(CORRELATION_ID, id);
      var request = exchange.getRequest().mutate().header(CORRELATION_ID, id).build();
      return chain.filter(exchange.mutate().request(request).build());
    };
  }
}
