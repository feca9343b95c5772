package io.iworx.correlation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Context to headers and back. */
class CorrelationHeadersTest {
  private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final String TRACEPARENT =
      "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  private static Map<String, String> written(Correlation correlation) {
    var headers = new HashMap<String, String>();
    CorrelationHeaders.write(correlation, "work-order-service", CLOCK, headers::put);
    return headers;
  }

  private static Correlation read(Map<String, String> headers) {
    return CorrelationHeaders.read(headers::get, CLOCK);
  }

  @Test
  void everythingSurvivesTheWay() {
    var correlation =
        new Correlation(
            "c-1",
            "hop-7",
            "work-order-service",
            new Identity("u-1", "org-1", true),
            NOW.plusMillis(1500),
            new TraceContext(TRACEPARENT, "vendor=1", "tenant=blue"));

    assertThat(read(written(correlation))).isEqualTo(correlation);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "37,37", "9999,9999", "0,0", "-1,0", "10000,0", "1.5,0", "x,0", "'',0"})
  void theAttemptIsReadAndNeverPassedOn(String header, int attempt) {
    var correlation = read(Map.of("x-attempt", header));
    assertThat(correlation.attempt()).isEqualTo(attempt);
    assertThat(written(correlation)).doesNotContainKey("x-attempt");
  }

  @Test
  void theNamesAreTheWireContract() {
    var headers =
        written(
            Correlation.of("c-1")
                .withCausationId("hop-7")
                .withCallingService("who called us")
                .withIdentity(new Identity("u-1", "org-1", true))
                .withDeadline(NOW.plusSeconds(2))
                .withTraceContext(new TraceContext(TRACEPARENT, "vendor=1", "tenant=blue")));

    assertThat(headers)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "x-correlation-id", "c-1",
                "x-causation-id", "hop-7",
                "x-calling-service", "work-order-service",
                "x-user-id", "u-1",
                "x-organization-id", "org-1",
                "x-cross-project-access", "true",
                "x-request-deadline-ms", "2000",
                "traceparent", TRACEPARENT,
                "tracestate", "vendor=1",
                "baggage", "tenant=blue"));
  }

  @Test
  void whatIsNotKnownIsNotWritten() {
    assertThat(written(Correlation.of("c-1")))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("x-correlation-id", "c-1", "x-calling-service", "work-order-service"));
  }

  @Test
  void aPassedDeadlineIsWrittenAsZero() {
    var late = Correlation.of("c-1").withDeadline(NOW.minusSeconds(5));
    assertThat(written(late)).containsEntry("x-request-deadline-ms", "0");
    assertThat(read(written(late)).deadline()).isEqualTo(NOW);
  }

  @Test
  void theDeadlineShrinksFromHopToHop() {
    var caller = Correlation.of("c-1").withDeadline(NOW.plusMillis(1000));
    var onTheWay = written(caller);
    var receiversClock = Clock.fixed(Instant.parse("2001-01-01T00:00:00Z"), ZoneOffset.UTC);
    var received = CorrelationHeaders.read(onTheWay::get, receiversClock);
    assertThat(received.deadline()).isEqualTo(receiversClock.instant().plusMillis(1000));

    var later = Clock.offset(receiversClock, Duration.ofMillis(400));
    var next = new HashMap<String, String>();
    CorrelationHeaders.write(received, "asset-service", later, next::put);
    assertThat(next).containsEntry("x-request-deadline-ms", "600");
  }

  @ParameterizedTest
  @CsvSource({"0,0", "1,1", "86400000,86400000", "86400001,86400000", "999999999,86400000"})
  void aDeadlineIsAtMostADay(String header, long expectedMillis) {
    assertThat(CorrelationHeaders.readDeadline(_ -> header, CLOCK))
        .isEqualTo(NOW.plusMillis(expectedMillis));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " 5", "-1", "+5", "1.5", "5s", "0x10", "1e3", "9999999999", "٣"})
  void aMalformedDeadlineCountsAsAbsent(String header) {
    assertThat(CorrelationHeaders.readDeadline(_ -> header, CLOCK)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\r\nx-user-id: admin", "${jndi:ldap://x}", "\u001b[31m"})
  void aForeignIdThatCouldInjectIsReplacedByAFreshOne(String id) {
    var read = read(Map.of("x-correlation-id", id, "x-causation-id", id));
    assertThat(Correlation.accepts(read.correlationId())).isTrue();
    assertThat(read.correlationId()).isNotEqualTo(id);
    assertThat(read.causationId()).isNull();
  }

  @Test
  void noHeadersAtAllGiveAFreshContext() {
    var read = read(Map.of());
    assertThat(read).isEqualTo(Correlation.of(read.correlationId()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a\r\nb", "a\u0000", "ü", "a\u007f"})
  void malformedIdentityCountsAsAbsent(String value) {
    var read =
        read(
            Map.of(
                "x-user-id", value,
                "x-organization-id", value,
                "x-calling-service", value,
                "x-cross-project-access", value));
    assertThat(read.identity()).isEqualTo(Identity.NONE);
    assertThat(read.callingService()).isNull();
  }

  @Test
  void identityValuesHaveAtMost256Characters() {
    assertThat(read(Map.of("x-user-id", "u".repeat(256))).identity().userId()).isNotNull();
    assertThat(read(Map.of("x-user-id", "u".repeat(257))).identity().userId()).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TRUE", "True", "1", "yes", "true ", "false"})
  void onlyTheWordTrueGivesCrossProjectAccess(String value) {
    assertThat(read(Map.of("x-cross-project-access", value)).identity().crossProjectAccess())
        .isFalse();
  }
}
