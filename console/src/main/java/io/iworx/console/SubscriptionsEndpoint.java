package io.iworx.console;

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
    var all = log.subscriptions().list().stream().map(SubscriptionsEndpoint::shown).toList();
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
    members.put("instance", status.instance());
    members.put("deadLetters", status.deadLetters());
    return members;
  }
}
