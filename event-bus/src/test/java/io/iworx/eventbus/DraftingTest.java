package io.iworx.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.iworx.correlation.Correlation;
import io.iworx.correlation.Identity;
import io.iworx.eventbus.DomainEvents.WorkOrderCreated;
import io.iworx.eventbus.DomainEvents.WorkOrderUpdated;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.util.RawValue;

class DraftingTest {
  private static final int LIMIT = 1_000;
  private static final EventType<?> MAP = EventType.of("x.y", Map.class);

  private final Drafting drafting = new Drafting("svc", LIMIT);

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static NewEvent<?> event(Map<String, ?> payload) {
    return NewEvent.of((EventType) MAP, payload);
  }

  private void assertRefused(NewEvent<?> event, String why) {
    assertThatThrownBy(() -> drafting.draft(event))
        .isInstanceOf(InvalidEventException.class)
        .hasMessageContaining(why);
  }

  @Test
  void writesARecordAsItsMembersWithoutThoseThatAreNull() {
    var draft =
        drafting.draft(
            NewEvent.of(
                DomainEvents.WORK_ORDER_CREATED, new WorkOrderCreated("wo-1", "a-1", null, null)));
    assertThat(draft.payload()).isEqualTo("{\"workOrderId\":\"wo-1\",\"assetId\":\"a-1\"}");
    assertThat(draft.type()).isEqualTo("work_order.created");
    assertThat(draft.service()).isEqualTo("svc");
    assertThat(draft.metadata()).isEqualTo("{}");
  }

  @Test
  void takesTheKeyFromThePayload() {
    var updated =
        NewEvent.of(DomainEvents.WORK_ORDER_UPDATED, new WorkOrderUpdated("wo-1", "a", List.of()));
    assertThat(drafting.draft(updated).key()).isEqualTo("wo-1");
    assertThat(drafting.draft(updated.withKey("mine")).key()).isEqualTo("mine");
    assertThat(drafting.draft(event(Map.of("workOrderId", "wo-1"))).key()).isNull();
  }

  /** Whatever Java type a standard event is published under, its order is the same. */
  @Test
  @SuppressWarnings({"unchecked", "rawtypes"})
  void knowsTheKeyOfAStandardEventByItsName() {
    EventType type = EventType.of("work_order.created", Map.class);
    assertThat(drafting.draft(NewEvent.of(type, Map.of("workOrderId", 17))).key()).isEqualTo("17");
    assertThat(drafting.draft(NewEvent.of(type, Map.of("workOrderId", List.of()))).key()).isNull();
    assertThat(drafting.draft(NewEvent.of(type, Map.of())).key()).isNull();
  }

  @Test
  void takesIdentityAndCausesFromTheContextInScope() {
    var context =
        Correlation.of("c-1").withCausationId("hop-1").withIdentity(Identity.of("ann", "org"));
    var draft = context.call(() -> drafting.draft(event(Map.of())));
    assertThat(draft.correlation()).isEqualTo(context);
    assertThat(draft.metadata()).isEqualTo("{\"createdBy\":\"ann\",\"organizationId\":\"org\"}");
  }

  @Test
  void prefersWhatIsGivenToWhatIsInScope() {
    var context = Correlation.of("c-1").withIdentity(Identity.of("ann", "org"));
    var given =
        event(Map.of())
            .withMetadata(Map.of("createdBy", "bob"))
            .withCorrelation(Correlation.of("c-2"));
    var draft = context.call(() -> drafting.draft(given));
    assertThat(draft.correlation().correlationId()).isEqualTo("c-2");
    assertThat(draft.metadata()).isEqualTo("{\"createdBy\":\"bob\"}");
  }

  @Test
  void makesAFreshCorrelationWhereThereIsNone() {
    var one = drafting.draft(event(Map.of())).correlation();
    var two = drafting.draft(event(Map.of())).correlation();
    assertThat(one.correlationId()).isNotEqualTo(two.correlationId());
    assertThat(one.causationId()).isNull();
  }

  @Test
  void refusesWhatIsNoObject() {
    assertRefused(NewEvent.of(EventType.of("x.y", String.class), "text"), "JSON object");
    assertRefused(NewEvent.of(EventType.of("x.y", List.class), List.of(1)), "JSON object");
    assertRefused(NewEvent.of(EventType.of("x.y", Integer.class), 1), "JSON object");
  }

  @Test
  void refusesWhatCannotBeWritten() {
    var circle = new HashMap<String, Object>();
    circle.put("self", circle);
    assertThatThrownBy(draft(new Drafting("svc", 1_000_000), event(circle)))
        .isInstanceOf(InvalidEventException.class)
        .hasMessageContaining("cannot be written as JSON");
  }

  @Test
  void refusesAPayloadOverTheLimitInBytes() {
    var overhead = "{\"t\":\"\"}".length();
    assertThat(drafting.draft(event(Map.of("t", "x".repeat(LIMIT - overhead)))).payload())
        .hasSize(LIMIT);
    assertRefused(event(Map.of("t", "x".repeat(LIMIT - overhead + 1))), "limit of 1000 bytes");
    assertRefused(event(Map.of("t", "ä".repeat(LIMIT / 2))), "limit of 1000 bytes");
    assertThat(drafting.draft(event(Map.of("t", "ä".repeat((LIMIT - overhead) / 2)))).payload())
        .hasSizeLessThan(LIMIT);
  }

  @Test
  void refusesNulAndHalfCharactersWhereverTheyHide() {
    assertRefused(event(Map.of("t", "a\0b")), "NUL");
    assertRefused(event(Map.of("a\0", "t")), "NUL");
    assertRefused(event(Map.of("t", List.of(Map.of("u", "\0")))), "NUL");
    assertRefused(event(Map.of("t", "\ud83d")), "surrogate");
    assertRefused(event(Map.of()).withKey("a\0"), "NUL");
    assertRefused(event(Map.of()).withMetadata(Map.of("m", "\0")), "NUL");
    assertThat(drafting.draft(event(Map.of("t", "\\u0000 \ud83d\ude00"))).payload())
        .contains("\\\\u0000");
  }

  @Test
  void refusesPatternsBadIdsAndMetadataThatIsTooLarge() {
    assertRefused(NewEvent.of(EventType.matching("asset.*"), Map.of()), "pattern");
    assertRefused(event(Map.of()).withId(""), "1 to 128 characters");
    assertRefused(event(Map.of()).withId("a\r\nb"), "1 to 128 characters");
    assertRefused(event(Map.of()).withKey("k".repeat(513)), "513 characters");
    assertRefused(
        event(Map.of()).withMetadata(Map.of("m", "x".repeat(Drafting.MAX_METADATA_BYTES))),
        "metadata");
  }

  /** It would need the memory of the whole text before it is measured. */
  @Test
  void stopsWritingAPayloadAtTheLimit() {
    var endless = IntStream.iterate(0, i -> i + 1).mapToObj(Integer::toString).iterator();
    assertRefused(event(Map.of("t", endless)), "limit of 1000 bytes");
  }

  @Test
  void refusesWhatIsNestedTooDeep() {
    var deep = Map.<String, Object>of();
    for (var depth = 0; depth < 2_000; depth++) {
      deep = Map.of("d", deep);
    }
    assertThatThrownBy(draft(new Drafting("svc", 1_000_000), event(deep)))
        .isInstanceOf(InvalidEventException.class)
        .hasMessageContaining("cannot be written as JSON");
  }

  private static ThrowingCallable draft(Drafting drafting, NewEvent<?> event) {
    return () -> drafting.draft(event);
  }

  @Test
  void refusesRawTextThatIsNoObject() {
    for (var raw : List.of("{", "{}{}", "{} x", "{\"a\":}", "{\"a\":\"\0\"}", "[]", "")) {
      assertThatThrownBy(
              draft(drafting, NewEvent.of(EventType.of("x.y", RawValue.class), new RawValue(raw))))
          .as(raw)
          .isInstanceOf(InvalidEventException.class);
    }
    var hidden = new RawValue("{\"a\":\"\\ud83d\"}");
    assertRefused(NewEvent.of(EventType.of("x.y", RawValue.class), hidden), "surrogate");
  }
}
