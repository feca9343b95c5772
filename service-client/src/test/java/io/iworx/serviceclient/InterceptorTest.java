package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.correlation.FailureKind.Permanent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Interceptors change calls; listeners only hear of them. */
class InterceptorTest {
  private final TestGateway gateway = TestGateway.answeringJson("{\"name\":\"pump\"}");
  private final ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();

  record Asset(String name) {}

  @AfterEach
  void stop() {
    gateway.close();
  }

  private ServiceClient client(Interceptor... interceptors) {
    var settings = ClientSettings.of(gateway.uri());
    for (var interceptor : interceptors) {
      settings = settings.withInterceptor(interceptor);
    }
    return ServiceClient.create("work-order-service", settings);
  }

  @Test
  void theFirstIsTheOutermostAndWhatTheyChangeIsSent() {
    try (var client =
        client(
            (call, rest) -> {
              heard.add("outer");
              return rest.proceed(call.withHeader("x-outer", "1").withHeader("x-both", "outer"));
            },
            (call, rest) -> {
              heard.add("inner");
              return rest.proceed(call.withHeader("x-both", "inner"));
            })) {
      assertThat(client.get("/assets/1", Asset.class).orElseThrow()).isEqualTo(new Asset("pump"));
    }
    assertThat(heard).containsExactly("outer", "inner");
    assertThat(gateway.last().header("x-outer")).isEqualTo("1");
    assertThat(gateway.last().header("x-both")).isEqualTo("inner");
  }

  @Test
  void oneMayAnswerWithoutSendingAndOneMaySendAgain() {
    var refusal =
        new Failure<>(
            new Permanent(), 0, "not today", null, "GET /x", "c-1", List.of(), Duration.ZERO);
    try (var client = client((call, rest) -> refusal)) {
      assertThat(client.get("/assets/1", Asset.class)).isSameAs(refusal);
    }
    assertThat(gateway.received).isEmpty();
    try (var client =
        client(
            (call, rest) -> {
              rest.proceed(call);
              return rest.proceed(call);
            })) {
      client.get("/assets/1", Asset.class).orElseThrow();
    }
    assertThat(gateway.received).hasSize(2);
  }

  @Test
  void noneCanSetIdentityOrContext() {
    try (var client =
        client((call, rest) -> rest.proceed(call.withHeader("x-user-id", "somebody else")))) {
      assertThatThrownBy(() -> client.get("/assets/1", Asset.class))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("x-user-id");
    }
    assertThat(gateway.received).isEmpty();
  }

  @Test
  void misuseIsToldInASentence() {
    try (var client = client((call, rest) -> rest.proceed(Call.get("/x", stringType())))) {
      assertThatThrownBy(() -> client.get("/assets/1", Asset.class))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("another response type");
    }
    try (var client = client((call, rest) -> nothing())) {
      assertThatThrownBy(() -> client.get("/assets/1", Asset.class))
          .isInstanceOf(NullPointerException.class)
          .hasMessageContaining("returned null for GET /assets/1");
    }
  }

  private static ResponseType<String> stringType() {
    return ResponseType.of(String.class);
  }

  @SuppressWarnings("NullAway") // that is the misuse
  private static Outcome<?> nothing() {
    @Nullable Outcome<?> none = null;
    return none;
  }

  @Test
  void listenersHearEachAttemptAndTheOutcomeAndCannotDisturb() {
    try (var failing =
            TestGateway.answering(
                (_, exchange) ->
                    TestGateway.answer(
                        exchange, heard.isEmpty() ? 503 : 200, "application/json", "{}"));
        var client =
            ServiceClient.create(
                "work-order-service",
                ClientSettings.of(failing.uri())
                    .withListener(
                        new CallListener() {
                          @Override
                          public void attempted(Call<?> call, Attempt attempt) {
                            throw new IllegalStateException("a listener that fails");
                          }
                        })
                    .withListener(
                        new CallListener() {
                          @Override
                          public void attempted(Call<?> call, Attempt attempt) {
                            heard.add(call + " " + attempt.number() + " " + attempt.status());
                          }

                          @Override
                          public void ended(Call<?> call, Outcome<?> outcome) {
                            heard.add(call + " " + outcome.getClass().getSimpleName());
                          }
                        }))) {
      client.put("/assets/1", Map.of(), Asset.class).orElseThrow();
    }
    assertThat(heard)
        .containsExactly("PUT /assets/1 1 503", "PUT /assets/1 2 200", "PUT /assets/1 Success");
  }
}
