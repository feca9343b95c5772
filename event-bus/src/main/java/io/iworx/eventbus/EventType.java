package io.iworx.eventbus;

import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What kind of thing happened, and the class its payload is read as.
 *
 * @param name lower-case words joined by {@code _} in segments joined by {@code .}, such as {@code
 *     work_order.created}; for a subscription also a {@linkplain #matching pattern}
 * @param payloadType what the JSON payload is decoded to; members it does not know stay in {@link
 *     Event#json()}
 * @param keyMember the member of the payload that is the default {@linkplain NewEvent#key key}: the
 *     id of the aggregate the event is about, such as {@code workOrderId}; null for none, which
 *     means no order
 */
public record EventType<T>(String name, Class<T> payloadType, @Nullable String keyMember) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+(\\.[a-z0-9_-]+)*(\\.\\*)?|\\*");

  /** The longest name. */
  public static final int MAX_NAME_LENGTH = 128;

  public EventType {
    if (name.length() > MAX_NAME_LENGTH || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "An event type is lower-case words in segments joined by dots, such as work_order.created, at most "
              + MAX_NAME_LENGTH
              + " characters; this is not: "
              + name);
    }
  }

  public static <T> EventType<T> of(String name, Class<T> payloadType) {
    return new EventType<>(name, payloadType, null);
  }

  /** The same type, whose events are kept in order by a member of their payload. */
  public EventType<T> keyedBy(String newKeyMember) {
    return new EventType<>(name, payloadType, newKeyMember);
  }

  /**
   * Every type below a prefix ({@code asset.*}) or every type at all ({@code *}), for
   * subscriptions; the payload is the JSON object as a map.
   */
  @SuppressWarnings({"unchecked", "rawtypes"})
  public static EventType<Map<String, Object>> matching(String pattern) {
    return new EventType(pattern, Map.class, null);
  }

  /** Whether this is a pattern, which can be subscribed to but not published. */
  public boolean isPattern() {
    return name.endsWith("*");
  }

  /** Whether an event of the given type belongs here. */
  public boolean matches(String eventType) {
    return isPattern()
        ? eventType.startsWith(name.substring(0, name.length() - 1))
        : name.equals(eventType);
  }
}
