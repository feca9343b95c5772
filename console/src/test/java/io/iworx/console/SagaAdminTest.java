package io.iworx.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.iworx.correlation.ClassifiedFailure;
import io.iworx.correlation.FailureKind;
import io.iworx.sagas.Compensation;
import io.iworx.sagas.RetryPolicy;
import io.iworx.sagas.SagaResult;
import io.iworx.sagas.SagaRun;
import io.iworx.sagas.Sagas;
import io.iworx.sagas.SagasOptions;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the admin API says of sagas and does with them. */
class SagaAdminTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final Fixture fixture = new Fixture();
  private final Sagas sagas =
      Sagas.create(
          fixture.bus,
          fixture.sagaStore,
          SagasOptions.defaults()
              .withLease(Duration.ofSeconds(1))
              .withStepRetry(new RetryPolicy(2, Duration.ZERO, Duration.ZERO))
              .withCompensationRetry(new RetryPolicy(2, Duration.ZERO, Duration.ZERO)));
  private volatile boolean answers;

  @AfterEach
  void close() {
    sagas.close();
    fixture.close();
  }

  private static final class NoAnswer extends RuntimeException implements ClassifiedFailure {
    @Override
    public FailureKind kind() {
      return new FailureKind.Unknown();
    }
  }

  public record Order(String id) {}

  private SagaRun<Order> stuck() {
    var definition =
        sagas.define(
            "order",
            1,
            Order.class,
            Order.class,
            (saga, order) -> {
              saga.step("create", () -> order, Compensation.none());
              saga.step(
                  "reserve",
                  () -> {
                    if (!answers) {
                      throw new NoAnswer();
                    }
                  },
                  () -> {});
              return order;
            });
    var run = definition.start("o-1", new Order("o-1"));
    assertThat(run.await(SOON)).isInstanceOf(SagaResult.Stuck.class);
    return run;
  }

  @Test
  void listsAndShowsAStuckSagaAndRetriesIt() {
    var run = stuck();
    var listed = fixture.json("/admin/sagas?state=stuck").path("sagas");
    assertThat(listed.size()).isEqualTo(1);
    assertThat(listed.get(0).path("stuckStep").asString()).isEqualTo("reserve");
    var shown = fixture.json("/admin/sagas/" + run.id());
    assertThat(shown.path("steps").get(0).path("step").asString()).isEqualTo("create");
    assertThat(shown.path("steps").get(0).path("attempts").asInt()).isEqualTo(1);

    answers = true;
    var answer = change(run.id(), "{\"action\": \"retry\"}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    await().until(() -> run.await(SOON) instanceof SagaResult.Completed);
    assertThat(change(run.id(), "{\"action\": \"retry\"}").statusCode()).isEqualTo(409);
    assertThat(
            fixture
                .json("/admin/sagas/" + run.id())
                .path("operations")
                .get(0)
                .path("action")
                .asString())
        .isEqualTo("retry");
  }

  @Test
  void showsTheSagasThatAreSteps() {
    var payment = sagas.define("payment", 1, Order.class, Order.class, (_, order) -> order);
    var run =
        sagas
            .define(
                "sale",
                1,
                Order.class,
                Order.class,
                (saga, order) -> saga.child("pay", payment, order))
            .start("s-1", new Order("s-1"));
    assertThat(run.await(SOON)).isInstanceOf(SagaResult.Completed.class);

    var child = fixture.json("/admin/sagas/" + run.id()).path("children").get(0);
    assertThat(child.path("step").asString()).isEqualTo("pay");
    assertThat(child.path("state").asString()).isEqualTo("COMPLETED");
    var shown = fixture.json("/admin/sagas/" + child.path("id").asString());
    assertThat(shown.path("parent").asString()).isEqualTo(run.id());
  }

  @Test
  void skipsOnlyWithAReason() {
    var run = stuck();
    assertThat(change(run.id(), "{\"action\": \"skip\"}").statusCode()).isEqualTo(400);
    assertThat(change(run.id(), "{\"action\": \"skip\", \"reason\": \"gone\"}").statusCode())
        .isEqualTo(200);
    await().until(() -> run.await(SOON) instanceof SagaResult.Compensated);
  }

  @Test
  void whatIsUnknownIsRefused() {
    assertThat(fixture.get("/admin/sagas/none").statusCode()).isEqualTo(404);
    assertThat(change("none", "{\"action\": \"resume\"}").statusCode()).isEqualTo(404);
    assertThat(change("none", "{\"action\": \"explode\"}").statusCode()).isEqualTo(400);
    assertThat(fixture.get("/admin/sagas?state=odd").statusCode()).isEqualTo(400);
  }

  private HttpResponse<String> change(String sagaId, String body) {
    return fixture.post("/admin/sagas/" + sagaId, "application/json", body);
  }
}
