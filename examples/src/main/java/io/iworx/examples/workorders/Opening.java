package io.iworx.examples.workorders;

import io.iworx.examples.http.Answer;
import io.iworx.examples.http.HttpError;
import io.iworx.examples.http.Json;
import io.iworx.sagas.SagaDefinition;
import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaResult.Compensated;
import io.iworx.sagas.SagaResult.Completed;
import io.iworx.sagas.SagaResult.Running;
import io.iworx.sagas.SagaResult.Stuck;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Waits for the saga that opens a work order, and says over HTTP how it ended. */
final class Opening {
  /** After this the caller is told that it goes on without them. */
  static final Duration PATIENCE = Duration.ofSeconds(8);

  private final SagaDefinition<WorkOrder, WorkOrder> saga;

  Opening(SagaDefinition<WorkOrder, WorkOrder> saga) {
    this.saga = saga;
  }

  Answer open(WorkOrder order) {
    var run = saga.start(order.id().toString(), order);
    return switch (run.await(PATIENCE)) {
      case Completed<WorkOrder>(var opened) -> Answer.created(opened);
      case Compensated<WorkOrder>(var failure) -> throw refused(failure);
      case Running<WorkOrder>() ->
          new Answer(202, Map.of("id", order.id(), "status", "opening", "saga", run.id()));
      case Stuck<WorkOrder>(var reason) ->
          throw new HttpError(
              500, "The work order was left half open", Map.of("saga", run.id(), "reason", reason));
    };
  }

  /** Why nothing was opened: the own answer of whoever refused, where it gave one. */
  private static HttpError refused(SagaFailure failure) {
    var technician = failure.step().equals("assign-technician");
    if ("409".equals(failure.code()) && technician) {
      return HttpError.conflict("The technician is not known", Map.of());
    }
    if ("409".equals(failure.code())) {
      return HttpError.conflict("Parts are missing", Map.of("missing", missing(failure)));
    }
    return new HttpError(
        503,
        "The %s service is not available, and no work order was opened"
            .formatted(technician ? "people" : "inventory"),
        Map.of("service", technician ? "people" : "inventory"));
  }

  /** The part of the inventory's answer that says what there is too little of. */
  private record Refusal(@Nullable List<Object> missing) {}

  private static List<Object> missing(SagaFailure failure) {
    var answer = failure.detail();
    if (answer == null) {
      return List.of();
    }
    try {
      var missing = ((Refusal) Json.read(answer, Refusal.class)).missing();
      return missing == null ? List.of() : missing;
    } catch (JacksonException e) {
      // Too long a list arrives cut; that parts are missing is true all the same.
      return List.of();
    }
  }
}
