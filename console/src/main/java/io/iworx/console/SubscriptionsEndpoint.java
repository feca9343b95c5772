package io.iworx.console;

import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.SubscriptionStatus;
import jakarta.servlet.http.HttpServletRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Every subscription: who delivers for it, how far it is, what was set aside. */
final class SubscriptionsEndpoint implements Endpoint.Handler {
  private final EventLog log;

  SubscriptionsEndpoint(EventLog log) {
    this.log = log;
  }

  @Override
  public Answer answer(HttpServletRequest request, String last) {
    Query.of(request, Set.of());
    var all =
        log.subscriptions().admin().list().stream().map(SubscriptionsEndpoint::shown).toList();
    return Answer.json(Map.of("subscriptions", all));
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
    members.put("partitions", status.partitions().stream().map(SubscriptionsEndpoint::of).toList());
    members.put("blockedKeys", status.blockedKeys());
    members.put("blocked", status.blocked().stream().map(SubscriptionsEndpoint::of).toList());
    members.put("deadLetters", status.deadLetters());
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
