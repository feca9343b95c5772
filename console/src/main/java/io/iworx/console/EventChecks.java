package io.iworx.console;

import io.iworx.eventbus.DomainEvents;
import io.iworx.eventbus.EventType;
import io.iworx.eventbus.spi.BlockedKey;
import io.iworx.eventbus.spi.EventLog;
import io.iworx.eventbus.spi.LogEntry;
import io.iworx.eventbus.spi.SubscriptionStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Why an event does not arrive: its type, its subscriptions, those who deliver for them. */
final class EventChecks {
  private static final String EVENTS = "events";
  private static final String SUBSCRIPTION = "subscription ";
  private static final int SHOWN_DEAD_LETTERS = 3;

  /** A subscription that is behind by less is busy, not stuck. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final EventLog log;
  private final RecentEvents recent;

  EventChecks(EventLog log, RecentEvents recent) {
    this.log = log;
    this.recent = recent;
  }

  /** Whether events of a type are published, by that name, and who gets them. */
  List<Finding> ofType(String type) {
    var findings = new ArrayList<Finding>();
    var published = recent.matching(entry -> entry.type().equals(type));
    findings.add(name(type, published));
    var latest = published.isEmpty() ? null : published.getLast();
    if (latest != null) {
      findings.add(
          Finding.good(
              EVENTS,
              "%s was last published at %s by %s, position %d."
                  .formatted(type, latest.timestamp(), latest.service(), latest.position())));
    }
    var wanting =
        log.subscriptions().admin().list().stream().filter(it -> wants(it, type)).toList();
    if (wanting.isEmpty()) {
      findings.add(
          Finding.bad(
              EVENTS,
              "Nobody subscribes to " + type + ".",
              "Start the service that should, and compare the names in './iworx subscriptions'."));
    }
    wanting.forEach(it -> findings.addAll(of(it, latest)));
    return findings;
  }

  /** How one subscription stands. */
  List<Finding> ofSubscription(String name) {
    var all = log.subscriptions().admin().list();
    var found = all.stream().filter(it -> it.name().equals(name)).toList();
    if (found.isEmpty()) {
      var names = all.stream().map(SubscriptionStatus::name).toList();
      var meant = Nearest.to(name, names).map(it -> " Did you mean " + it + "?").orElse("");
      return List.of(
          Finding.bad(
              SUBSCRIPTION + name,
              "There is no such subscription." + meant,
              "A service makes it when it subscribes for the first time; './iworx subscriptions' lists those there are."));
    }
    return of(found.getFirst(), null);
  }

  /** How all subscriptions stand. */
  List<Finding> ofAllSubscriptions() {
    return log.subscriptions().admin().list().stream()
        .flatMap(it -> of(it, null).stream())
        .toList();
  }

  private Finding name(String type, List<LogEntry> published) {
    var standard = DomainEvents.all().stream().map(EventType::name).toList();
    if (standard.contains(type)) {
      return published.isEmpty()
          ? Finding.bad(
              EVENTS,
              "%s is a standard event, but none is among the last %,d events."
                  .formatted(type, RecentEvents.REACH),
              "Nobody published it: check the publisher; './iworx events tail --type %s' shows the next one."
                  .formatted(type))
          : Finding.good(EVENTS, type + " is a standard event.");
    }
    if (!published.isEmpty()) {
      return Finding.good(EVENTS, type + " is an event type of a service's own.");
    }
    var known = new TreeSet<>(standard);
    recent.matching(_ -> true).forEach(entry -> known.add(entry.type()));
    return Finding.bad(
        EVENTS,
        "%s is no standard event and nobody published it.%s"
            .formatted(
                type, Nearest.to(type, known).map(it -> " Did you mean " + it + "?").orElse("")),
        "Correct the name where it is published or subscribed to; use the constants of DomainEvents.");
  }

  private static boolean wants(SubscriptionStatus subscription, String type) {
    return subscription.patterns().stream()
        .anyMatch(pattern -> EventType.matching(pattern).matches(type));
  }

  private List<Finding> of(SubscriptionStatus status, @Nullable LogEntry event) {
    var findings = new ArrayList<Finding>();
    var check = SUBSCRIPTION + status.name();
    findings.add(running(check, status));
    if (event != null && event.position() <= status.startedAt()) {
      findings.add(
          Finding.bad(
              check,
              "It began after position %d; the last such event is at %d, before that."
                  .formatted(status.startedAt(), event.position()),
              "A new subscription starts at the latest event: subscribe before publishing, or let it start at the earliest."));
    }
    var change = status.change();
    if (change != null) {
      findings.add(changing(check, status, change));
    }
    if (status.blockedKeys() > 0) {
      findings.add(blocked(check, status));
    }
    if (status.oldestUnread().compareTo(PATIENCE) > 0) {
      findings.add(behind(check, status));
    }
    if (status.deadLetters() > 0) {
      findings.add(deadLetters(check, status));
    }
    return findings;
  }

  private static Finding behind(String check, SubscriptionStatus status) {
    var says =
        "It is %,d events behind; the oldest has waited %d s."
            .formatted(status.lag(), status.oldestUnread().toSeconds());
    if (status.paused() || status.instances().isEmpty()) {
      return Finding.bad(check, says, "Nobody delivers, as said above.");
    }
    var failing =
        status.blocked().stream().filter(it -> it.eventId() != null).map(BlockedKey::reason);
    return failing
        .findFirst()
        .map(
            reason ->
                Finding.bad(
                    check,
                    says + " Its handler fails: " + reason,
                    "Correct what the handler of %s in %s fails of; it is tried again by itself."
                        .formatted(status.name(), status.service())))
        .orElseGet(
            () ->
                Finding.bad(
                    check,
                    says + " No handler fails.",
                    "The handler of %s in %s is slow, or './iworx doctor' names a transaction that holds events back."
                        .formatted(status.name(), status.service())));
  }

  private static Finding running(String check, SubscriptionStatus status) {
    if (status.paused()) {
      return Finding.bad(
          check,
          "It is paused; it waits at position %d, %,d events behind."
              .formatted(status.checkpoint(), status.lag()),
          "./iworx subscriptions resume %s".formatted(status.name()));
    }
    return status.instances().isEmpty()
        ? Finding.bad(
            check,
            "Nobody delivers for it; it waits at position %d, %,d events behind."
                .formatted(status.checkpoint(), status.lag()),
            "Start %s: events wait until it runs.".formatted(status.service()))
        : Finding.good(
            check,
            "%s delivers for %s, at position %d."
                .formatted(
                    String.join(", ", status.instances()), status.service(), status.checkpoint()));
  }

  private static Finding changing(
      String check, SubscriptionStatus status, SubscriptionStatus.Change change) {
    var what =
        "Its number of partitions is being changed%s; delivery stops at position %d until that is done."
            .formatted(change.wanted() == 0 ? "" : " to " + change.wanted(), change.stopAt());
    var command = "./iworx subscriptions repartition " + status.name();
    if (change.idle().compareTo(PATIENCE) <= 0) {
      return Finding.good(check, what);
    }
    return Finding.bad(
        check,
        what + " Nobody has gone on with it for %,d s.".formatted(change.idle().toSeconds()),
        "Finish it with '%s --partitions %s', or leave it with '%s --cancel'."
            .formatted(command, change.wanted() == 0 ? "N" : change.wanted(), command));
  }

  private static Finding blocked(String check, SubscriptionStatus status) {
    var first =
        status.blocked().stream()
            .filter(it -> it.eventId() != null)
            .map(
                it ->
                    "event %s at position %d after %d attempts: %s"
                        .formatted(it.eventId(), it.position(), it.attempts(), it.reason()))
            .findFirst()
            .orElse("events that wait to be read again");
    return Finding.bad(
        check,
        "%,d keys or events wait, the oldest with %s".formatted(status.blockedKeys(), first),
        "It is tried again by itself; correct what it fails of. SELECT * FROM event_blocked_keys shows all.");
  }

  private Finding deadLetters(String check, SubscriptionStatus status) {
    var reasons =
        log.subscriptions().admin().deadLetters(status.name(), SHOWN_DEAD_LETTERS).stream()
            .map(
                it ->
                    "%s (%s) after %d attempts: %s"
                        .formatted(it.entry().id(), it.entry().type(), it.attempts(), it.reason()))
            .collect(Collectors.joining("; "));
    return Finding.bad(
        check,
        "%,d events were set aside, the latest: %s".formatted(status.deadLetters(), reasons),
        "Correct the handler or the data, then: ./iworx dead-letters redrive %s --all"
            .formatted(status.name()));
  }
}
