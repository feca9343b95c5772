package io.iworx.console;

import io.iworx.eventbus.EventException;
import io.iworx.eventbus.SubscriptionOptions;
import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.Start;
import io.iworx.eventbus.spi.SubscriptionAdmin;
import io.iworx.eventbus.spi.SubscriptionStatus;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every subscription: who delivers for it, how far it is, what waits; and what may be done to it.
 */
final class SubscriptionEndpoints {
  private final EventLog log;

  SubscriptionEndpoints(EventLog log) {
    this.log = log;
  }

  Answer list(HttpServletRequest request, String last) {
    Query.of(request, Set.of());
    var all =
        log.subscriptions().admin().list().stream().map(SubscriptionEndpoints::shown).toList();
    return Answer.json(Map.of("subscriptions", all));
  }

  /**
   * What is to be done.
   *
   * @param action {@code pause}, {@code resume}, {@code remove}, {@code repartition}, {@code count}
   *     or {@code replay}
   * @param after for the last two: the position to begin after
   * @param since for the last two: the time to begin with
   * @param partitions for {@code repartition}, which takes a step and is repeated until done
   */
  private record Change(
      @Nullable String action,
      @Nullable Long after,
      @Nullable Instant since,
      @Nullable Integer partitions) {}

  Answer change(HttpServletRequest request, String name) throws IOException {
    Query.of(request, Set.of());
    var change =
        JsonBody.of(
            request, Change.class, "action; for replay after or since; for repartition partitions");
    var admin = log.subscriptions().admin();
    try {
      return switch (Objects.requireNonNullElse(change.action(), "")) {
        case "pause" -> done(name, admin.pause(name, true));
        case "resume" -> done(name, admin.pause(name, false));
        case "remove" -> done(name, admin.remove(name));
        case "repartition" -> repartition(name, admin, change.partitions());
        case "count" -> Answer.json(Map.of("events", admin.countFrom(name, start(change))));
        case "replay" -> done(name, admin.replay(name, start(change)));
        default ->
            throw Refused.parameter(
                "action", "This must be one of pause, resume, remove, repartition, count, replay.");
      };
    } catch (EventException e) {
      throw Refused.of(409, Objects.requireNonNullElse(e.getMessage(), "This cannot be done now."));
    }
  }

  private static Answer repartition(
      String name, SubscriptionAdmin admin, @Nullable Integer partitions) {
    if (partitions == null || partitions < 1 || partitions > SubscriptionOptions.MAX_PARTITIONS) {
      throw Refused.parameter(
          "partitions", "Give a number from 1 to " + SubscriptionOptions.MAX_PARTITIONS + ".");
    }
    var step = admin.repartition(name, partitions).orElseThrow(() -> unknown(name));
    var members = new LinkedHashMap<String, Object>();
    members.put("state", step.state().name());
    members.put("partitions", step.partitions());
    members.put("stopAt", step.stopAt());
    members.put("left", step.left());
    members.put("holders", step.holders());
    return Answer.json(members);
  }

  private static Refused unknown(String name) {
    return Refused.of(404, "There is no subscription %s.".formatted(name));
  }

  private static Start start(Change change) {
    if (change.since() != null && change.after() == null) {
      return Start.at(change.since());
    }
    if (change.after() != null && change.since() == null && change.after() >= 0) {
      return Start.after(change.after());
    }
    throw Refused.parameter("after", "Give a position of 0 or more, or since with a time.");
  }

  private static Answer done(String name, boolean there) {
    if (!there) {
      throw unknown(name);
    }
    return Answer.json(Map.of("subscription", name));
  }

  private static Map<String, @Nullable Object> shown(SubscriptionStatus status) {
    var members = new LinkedHashMap<String, @Nullable Object>();
    members.put("name", status.name());
    members.put("service", status.service());
    members.put("patterns", status.patterns());
    members.put("startedAt", status.startedAt());
    members.put("checkpoint", status.checkpoint());
    members.put("lag", status.lag());
    members.put("oldestUnreadMs", status.oldestUnread().toMillis());
    members.put("definition", status.definition());
    members.put("paused", status.paused());
    members.put("instances", status.instances());
    members.put("partitions", status.partitions().stream().map(SubscriptionEndpoints::of).toList());
    members.put("blockedKeys", status.blockedKeys());
    members.put("blocked", status.blocked().stream().map(SubscriptionEndpoints::of).toList());
    members.put("deadLetters", status.deadLetters());
    var change = status.change();
    if (change != null) {
      members.put(
          "change",
          Map.of(
              "stopAt", change.stopAt(),
              "wanted", change.wanted(),
              "idleMs", change.idle().toMillis()));
    }
    return members;
  }

  private static Map<String, @Nullable Object> of(SubscriptionStatus.Partition partition) {
    var members = new LinkedHashMap<String, @Nullable Object>();
    members.put("partition", partition.number());
    members.put("checkpoint", partition.checkpoint().position());
    members.put("pending", partition.checkpoint().pending().count());
    members.put("instance", partition.instance());
    members.put("fence", partition.fence());
    return members;
  }

  private static Map<String, @Nullable Object> of(BlockedKey blocked) {
    var members = new LinkedHashMap<String, @Nullable Object>();
    members.put("position", blocked.position());
    members.put("key", blocked.key());
    members.put("eventId", blocked.eventId());
    members.put("attempts", blocked.attempts());
    members.put("retryAt", blocked.retryAt());
    members.put("reason", blocked.reason());
    return members;
  }
}
