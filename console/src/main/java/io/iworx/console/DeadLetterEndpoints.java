package io.iworx.console;

import io.iworx.eventbus.spi.DeadLetter;
import io.iworx.eventbus.spi.EventLog;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What a subscription set aside: with the reason; to be delivered again or discarded. */
final class DeadLetterEndpoints {
  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1_000;

  private final EventLog log;

  DeadLetterEndpoints(EventLog log) {
    this.log = log;
  }

  Answer list(HttpServletRequest request, String subscription) {
    var query = Query.of(request, Set.of("limit"));
    var limit = (int) query.number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
    var letters = log.subscriptions().admin().deadLetters(subscription, limit);
    return Answer.json(
        Map.of("deadLetters", letters.stream().map(DeadLetterEndpoints::shown).toList()));
  }

  private static Map<String, @Nullable Object> shown(DeadLetter letter) {
    var members = new LinkedHashMap<String, @Nullable Object>(EventJson.of(letter.entry()));
    members.put("attempts", letter.attempts());
    members.put("reason", letter.reason());
    members.put("detail", letter.detail());
    members.put("setAsideAt", letter.setAsideAt().toString());
    return members;
  }

  /**
   * What is to be done.
   *
   * @param action {@code redrive} or {@code discard}
   * @param eventId null for all of the subscription
   * @param payload for one that is redriven: what to deliver in place of its own payload
   */
  private record Change(
      @Nullable String action, @Nullable String eventId, @Nullable ObjectNode payload) {}

  Answer change(HttpServletRequest request, String subscription) throws IOException {
    Query.of(request, Set.of());
    var change = JsonBody.of(request, Change.class, "action and, if you like, eventId and payload");
    if (change.payload() != null && change.eventId() == null) {
      throw Refused.parameter("eventId", "A payload is for one event: say which.");
    }
    var admin = log.subscriptions().admin();
    var payload = change.payload() == null ? null : change.payload().toString();
    var count =
        switch (Objects.requireNonNullElse(change.action(), "")) {
          case "redrive" -> admin.redrive(subscription, change.eventId(), payload);
          case "discard" -> admin.discard(subscription, change.eventId());
          default -> throw Refused.parameter("action", "This must be redrive or discard.");
        };
    if (count == 0 && change.eventId() != null) {
      throw Refused.of(
          404, "Subscription %s has no dead letter %s.".formatted(subscription, change.eventId()));
    }
    return Answer.json(Map.of("deadLetters", count));
  }
}
