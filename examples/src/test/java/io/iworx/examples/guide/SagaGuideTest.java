package io.iworx.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.iworx.eventbus.EventType;
import io.iworx.eventbus.NewEvent;
import io.iworx.eventbus.PermanentFailure;
import io.iworx.examples.guide.Guide.NewWorkOrder;
import io.iworx.examples.guide.Guide.Stock;
import io.iworx.examples.guide.Guide.WorkOrder;
import io.iworx.examples.guide.Guide.WorkOrders;
import io.iworx.sagas.SagaDefinition;
import io.iworx.sagas.SagaResult.Compensated;
import io.iworx.sagas.SagaResult.Completed;
import io.iworx.sagas.Sagas;
import io.iworx.testing.SagaRehearsal;
import java.io.IOException;
import java.sql.Connection;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

/** The guide's saga, rehearsed as the guide says. */
class SagaGuideTest {
  private final Set<String> stopped = ConcurrentHashMap.newKeySet();

  private SagaDefinition<NewWorkOrder, WorkOrder> openWorkOrder(Sagas sagas) {
    return Guide.saga(sagas, new NoDatabase(), new NoInventory());
  }

  @Test
  void partsThatAreMissingWithdrawTheWorkOrder() {
    var rehearsed =
        SagaRehearsal.of(this::openWorkOrder)
            .returns("create", new WorkOrder("wo-1", "asset-1", "item-1", 2))
            .fails("reserve-parts", new PermanentFailure("too few"))
            .run(new NewWorkOrder("asset-1", "item-1", 2));

    assertThat(rehearsed.result()).isInstanceOf(Compensated.class);
    assertThat(rehearsed.compensated()).containsExactly("create");
  }

  @Test
  void anUnclearAnswerIsAskedForAgain() {
    var rehearsed =
        SagaRehearsal.of(this::openWorkOrder)
            .returns("create", new WorkOrder("wo-1", "asset-1", "item-1", 2))
            .fails("reserve-parts", new IOException("no answer"))
            .returns("reserve-parts", null)
            .run(new NewWorkOrder("asset-1", "item-1", 2));

    assertThat(rehearsed.result()).isInstanceOf(Completed.class);
    assertThat(rehearsed.executed()).containsExactly("create", "reserve-parts", "reserve-parts");
    assertThat(rehearsed.published()).hasSize(1);
  }

  private SagaDefinition<NewWorkOrder, WorkOrder> overhaul(Sagas sagas) {
    var openWorkOrder = openWorkOrder(sagas);
    return sagas.define(
        "overhaul",
        1,
        NewWorkOrder.class,
        WorkOrder.class,
        (saga, input) -> {
          saga.step(
              "stop", () -> stopped.add(input.assetId()), () -> stopped.remove(input.assetId()));
          return saga.child("open", openWorkOrder, input);
        });
  }

  @Test
  void anAssetRunsAgainWhenItsWorkOrderCouldNotBeOpened() {
    var rehearsed =
        SagaRehearsal.of(this::overhaul)
            .returns("create", new WorkOrder("wo-1", "asset-1", "item-1", 2))
            .fails("reserve-parts", new PermanentFailure("too few"))
            .run(new NewWorkOrder("asset-1", "item-1", 2));

    assertThat(rehearsed.result()).isInstanceOf(Compensated.class);
    assertThat(rehearsed.executed())
        .containsExactly("stop", "create", "reserve-parts", "create/undo", "stop/undo");
    assertThat(stopped).isEmpty();
  }

  private static final EventType<Approval> APPROVED =
      EventType.of("work_order.approved", Approval.class);

  record Approval(String by) {}

  private SagaDefinition<String, String> approval(Sagas sagas) {
    return sagas.define(
        "approval",
        1,
        String.class,
        String.class,
        (saga, workOrder) -> {
          var approved = saga.await(APPROVED, workOrder, Duration.ofDays(3));
          return approved.map(it -> it.payload().by()).orElse("nobody");
        });
  }

  @Test
  void anApprovalIsWaitedForThreeDays() {
    var approved = NewEvent.of(APPROVED, new Approval("ada")).withKey("wo-1");
    var approval = SagaRehearsal.of(this::approval);

    var inTime = approval.comes(approved, Duration.ofDays(2)).run("wo-1");
    var tooLate = approval.comes(approved, Duration.ofDays(4)).run("wo-1");

    assertThat(inTime.result()).isEqualTo(new Completed<>("ada"));
    assertThat(tooLate.result()).isEqualTo(new Completed<>("nobody"));
  }

  private static final class NoDatabase implements WorkOrders {
    @Override
    public WorkOrder create(Connection connection, NewWorkOrder order) {
      throw new AssertionError("This step was given an outcome.");
    }

    @Override
    public void delete(Connection connection, String id) {
      throw new AssertionError("Nor is it undone by its own code.");
    }

    @Override
    public void complete(Connection connection, String id) {
      throw new AssertionError("No step does this.");
    }
  }

  private static final class NoInventory implements Stock {
    @Override
    public void reserve(WorkOrder order) {
      throw new AssertionError("This step was given an outcome.");
    }

    @Override
    public void release(WorkOrder order) {
      throw new AssertionError("Nor is it undone by its own code.");
    }
  }
}
