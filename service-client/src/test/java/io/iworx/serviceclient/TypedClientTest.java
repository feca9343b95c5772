package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.correlation.FailureKind.Permanent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An interface stands for calls. */
class TypedClientTest {
  private final TestGateway gateway =
      TestGateway.answering(
          (received, exchange) -> {
            var answer =
                switch (received.uri()) {
                  case "/api/assets/1" -> "{\"name\":\"pump\"}";
                  case "/api/assets?type=pump%26valve&page=2" -> "[{\"name\":\"pump\"}]";
                  case "/api/assets/count" -> "7";
                  case "/api/assets/1/note" -> "a note";
                  default -> "{\"error\":\"no such asset\"}";
                };
            TestGateway.answer(
                exchange, answer.contains("error") ? 404 : 200, "application/json", answer);
          });
  private final ServiceClient client = gateway.client();

  record Asset(String name) {}

  interface Noted {
    @Endpoint("GET /assets/{id}/note")
    String note(String id);
  }

  interface Assets extends Noted {
    @Endpoint("GET /assets/{id}")
    Outcome<Asset> find(String id);

    @Endpoint("GET /assets/{id}")
    Asset get(String id);

    @Endpoint("GET /assets?type={type}&page={page}")
    List<Asset> ofType(String type, int page);

    @Endpoint("GET /assets/count")
    int count();

    @Endpoint("PUT /assets/{id}")
    void change(String id, Asset asset);

    @Endpoint("DELETE /assets/{id}")
    Outcome<Void> delete(@Nullable String id);

    @Endpoint("POST /assets/1")
    Call<Asset> create(Asset asset);

    default String nameOf(String id) {
      return get(id).name();
    }
  }

  @AfterEach
  void stop() {
    client.close();
    gateway.close();
  }

  @Test
  void eachMethodMakesItsCallAndReturnsWhatItSays() {
    var assets = client.as(Assets.class);
    assertThat(assets.find("1").orElseThrow()).isEqualTo(new Asset("pump"));
    assertThat(assets.get("1")).isEqualTo(new Asset("pump"));
    assertThat(assets.ofType("pump&valve", 2)).containsExactly(new Asset("pump"));
    assertThat(assets.count()).isEqualTo(7);
    assertThat(assets.note("1")).isEqualTo("a note");
    assertThat(assets.nameOf("1")).isEqualTo("pump");
    assets.change("1", new Asset("valve"));
    assertThat(gateway.last().method()).isEqualTo("PUT");
    assertThat(gateway.last().body()).isEqualTo("{\"name\":\"valve\"}");
    assertThat(assets.delete("1")).isInstanceOf(Success.class);
    assertThat(gateway.last().method()).isEqualTo("DELETE");
    assertThat(assets).isEqualTo(client.as(Assets.class)).isNotEqualTo(client);
    assertThat(assets.toString()).startsWith("Assets of ");
    assertThat(assets).hasSameHashCodeAs(client.as(Assets.class));
  }

  @Test
  void aFailureIsAValueOrAnExceptionAsTheMethodSays() {
    var assets = client.as(Assets.class);
    assertThat(assets.find("2"))
        .isInstanceOfSatisfying(
            Failure.class, it -> assertThat(it.error()).isEqualTo("no such asset"));
    assertThatThrownBy(() -> assets.get("2"))
        .isInstanceOfSatisfying(
            CallFailedException.class, it -> assertThat(it.kind()).isEqualTo(new Permanent()));
    assertThatThrownBy(() -> assets.change("2", new Asset("x")))
        .isInstanceOf(CallFailedException.class);
  }

  @Test
  void aCallCanBeGivenAKeyBeforeItIsMade() {
    var call = client.as(Assets.class).create(new Asset("pump"));
    assertThat(gateway.received).isEmpty();
    client
        .exchange(call.withIdempotencyKey("k-1").withTimeout(Duration.ofSeconds(2)))
        .orElseThrow();
    assertThat(gateway.last().header("idempotency-key")).isEqualTo("k-1");
  }

  @Test
  void argumentsCannotLeaveTheirPlace() {
    var assets = client.as(Assets.class);
    for (var id : List.of("..", "", "1/../2", "a\r\nb")) {
      assertThatThrownBy(() -> assets.get(id)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> assets.delete(null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Argument 1 for DELETE /assets/{} is null.");
    assertThat(gateway.received).isEmpty();
  }

  interface NoEndpoint {
    void nothing();
  }

  interface NoMethod {
    @Endpoint("/assets")
    void nothing();
  }

  interface TooFew {
    @Endpoint("GET /assets/{id}/{part}")
    void nothing(String id);
  }

  interface TooMany {
    @Endpoint("POST /assets")
    void nothing(String id, String body);
  }

  interface BodyOfAGet {
    @Endpoint("GET /assets")
    void nothing(Asset body);
  }

  interface OtherName {
    @Endpoint("GET /assets/{id}/{part}")
    void nothing(String part, String id);
  }

  interface Raw {
    @SuppressWarnings("rawtypes")
    @Endpoint("GET /assets")
    Outcome nothing();
  }

  interface Unclosed {
    @Endpoint("GET /assets/{id")
    void nothing(String id);
  }

  @Test
  void whatCallsNothingIsRefusedWhenTheClientIsMade() {
    var refused =
        Map.of(
            NoEndpoint.class, "no @Endpoint",
            NoMethod.class, "must read like",
            TooFew.class, "1 parameters for 2 places",
            TooMany.class, "2 parameters for 0 places",
            BodyOfAGet.class, "a GET has no body",
            OtherName.class, "its parameter 1 must be the place {id}",
            Raw.class, "needs its argument",
            Unclosed.class, "a name in braces",
            Asset.class, "is no interface");
    refused.forEach(
        (api, why) ->
            assertThatThrownBy(() -> client.as(api))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why));
  }
}
