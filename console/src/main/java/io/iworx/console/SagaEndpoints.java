package io.iworx.console;

import io.iworx.sagas.SagaFailure;
import io.iworx.sagas.SagaState;
import io.iworx.sagas.spi.SagaOperationRefused;
import io.iworx.sagas.spi.SagaOperations;
import io.iworx.sagas.spi.SagaView;
import io.iworx.sagas.spi.StepRecord;
import io.iworx.sagas.spi.StoredSaga;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sagas: how they stand, what they did, and what an operator can do with one. */
final class SagaEndpoints {
  private static final int DEFAULT_LIMIT = 50;
  private static final int MAX_LIMIT = 1_000;

  private final SagaOperations operations;

  SagaEndpoints(SagaOperations operations) {
    this.operations = operations;
  }

  Answer list(HttpServletRequest request, String nothing) {
    var query = Query.of(request, Set.of("state", "definition", "limit"));
    var limit = (int) query.number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
    var sagas = operations.list(states(query.text("state")), query.text("definition"), limit);
    return Answer.json(Map.of("sagas", sagas.stream().map(SagaEndpoints::line).toList()));
  }

  private static Set<SagaState> states(@Nullable String name) {
    if (name == null) {
      return EnumSet.allOf(SagaState.class);
    }
    return Arrays.stream(SagaState.values())
        .filter(state -> state.name().equals(name.toUpperCase(Locale.ROOT)))
        .findFirst()
        .<Set<SagaState>>map(EnumSet::of)
        .orElseThrow(
            () ->
                Refused.parameter(
                    "state", "This must be one of " + Arrays.toString(SagaState.values()) + "."));
  }

  Answer show(HttpServletRequest request, String sagaId) {
    Query.of(request, Set.of());
    var view =
        operations
            .find(sagaId)
            .orElseThrow(() -> Refused.of(404, "There is no saga %s.".formatted(sagaId)));
    var members = line(view);
    members.put("input", Masking.masked(view.saga().input()));
    members.put("output", Masking.masked(view.saga().output()));
    members.put("failureDetail", view.saga().failure() == null ? null : detail(view));
    members.put("steps", view.saga().steps().stream().map(SagaEndpoints::step).toList());
    members.put("children", view.children().stream().map(SagaEndpoints::child).toList());
    members.put(
        "operations",
        view.operations().stream()
            .map(
                it ->
                    Map.of(
                        "at", it.at().toString(),
                        "actor", it.actor(),
                        "action", it.action(),
                        "detail", it.detail()))
            .toList());
    return Answer.json(members);
  }

  private static @Nullable String detail(SagaView view) {
    return Masking.masked(Objects.requireNonNull(view.saga().failure()).detail());
  }

  private static Map<String, @Nullable Object> line(SagaView view) {
    var saga = view.saga();
    var members = new LinkedHashMap<String, @Nullable Object>();
    members.put("id", saga.id());
    members.put("definition", saga.definition());
    members.put("version", saga.version());
    members.put("key", saga.key());
    members.put("parent", saga.parent());
    members.put("state", saga.state().name());
    members.put("waitsFor", view.waitsFor());
    members.put("stuckStep", saga.stuckStep());
    members.put("stuckReason", saga.stuckReason());
    members.put("cancelReason", saga.cancelReason());
    members.put("failedStep", saga.failure() == null ? null : saga.failure().step());
    members.put("failure", message(saga.failure()));
    members.put("correlationId", saga.correlation().correlationId());
    members.put("instance", saga.instance());
    members.put("holder", saga.fence());
    members.put("startedAt", saga.startedAt().toString());
    members.put("endedAt", text(saga.endedAt()));
    return members;
  }

  private static Map<String, @Nullable Object> child(StoredSaga child) {
    var members = new LinkedHashMap<String, @Nullable Object>();
    members.put("id", child.id());
    members.put("step", child.step());
    members.put("definition", child.definition());
    members.put("state", child.state().name());
    return members;
  }

  private static Map<String, @Nullable Object> step(StepRecord step) {
    var members = new LinkedHashMap<String, @Nullable Object>();
    members.put("sequence", step.sequence());
    members.put("step", step.step());
    members.put("kind", step.kind().name());
    members.put("attempts", step.attempts());
    members.put("startedAt", step.startedAt().toString());
    members.put("endedAt", step.endedAt().toString());
    members.put("result", Masking.masked(step.result()));
    members.put("failure", message(step.failure()));
    return members;
  }

  private static @Nullable String message(@Nullable SagaFailure failure) {
    return failure == null ? null : failure.message();
  }

  private static @Nullable String text(@Nullable Instant instant) {
    return instant == null ? null : instant.toString();
  }

  /**
   * What is to be done.
   *
   * @param action {@code retry}, {@code skip}, {@code resume} or {@code cancel}
   * @param reason why; needed to skip and to cancel
   * @param result to skip a step that was done after all: what it returned, as JSON text
   */
  private record Change(
      @Nullable String action, @Nullable String reason, @Nullable String result) {}

  Answer change(HttpServletRequest request, String sagaId) throws IOException {
    Query.of(request, Set.of());
    var change =
        JsonBody.of(request, Change.class, "action, and reason and result where they belong");
    try {
      apply(change, sagaId);
    } catch (SagaOperationRefused e) {
      throw Refused.of(
          operations.find(sagaId).isPresent() ? 409 : 404, String.valueOf(e.getMessage()));
    }
    return show(request, sagaId);
  }

  private void apply(Change change, String sagaId) {
    var action = Objects.requireNonNullElse(change.action(), "");
    if (change.result() != null && !action.equals("skip")) {
      throw Refused.parameter("result", "Only a step that is skipped is given a result.");
    }
    switch (action) {
      case "retry" -> operations.retry(sagaId);
      case "skip" -> operations.skip(sagaId, reason(change), change.result());
      case "resume" -> operations.resume(sagaId);
      case "cancel" -> operations.cancel(sagaId, reason(change));
      default -> throw Refused.parameter("action", "This must be retry, skip, resume or cancel.");
    }
  }

  private static String reason(Change change) {
    var reason = Objects.requireNonNullElse(change.reason(), "");
    if (reason.isBlank()) {
      throw Refused.parameter("reason", "Say why.");
    }
    return reason;
  }
}
