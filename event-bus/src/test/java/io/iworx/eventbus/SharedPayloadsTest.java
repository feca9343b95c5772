package io.iworx.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;

class SharedPayloadsTest {
  private static final String JSON = "{\"name\":\"Pump 7\"}";

  private final SharedPayloads payloads = new SharedPayloads();

  private record Asset(String name) {}

  private record Other(String name) {}

  private record Order(UUID id, int priority, Instant due, Asset asset, @Nullable Order parent) {}

  private record Team(String name, List<String> members) {}

  @Test
  void readsOnceWhatCannotBeChanged() {
    var first = payloads.read(1, JSON, Asset.class);
    assertThat(payloads.read(1, String.valueOf(JSON.toCharArray()), Asset.class)).isSameAs(first);
    assertThat(first).isEqualTo(new Asset("Pump 7"));
  }

  @Test
  void sharesRecordsOfRecords() {
    var json = "{\"priority\":1,\"asset\":" + JSON + ",\"parent\":{\"priority\":2}}";
    assertThat(payloads.read(1, json, Order.class)).isSameAs(payloads.read(1, json, Order.class));
  }

  @Test
  void readsAnewWhatAHandlerCouldChange() {
    var team = "{\"name\":\"North\",\"members\":[\"Ada\"]}";
    payloads.read(1, team, Team.class).members().add("Bob");
    assertThat(payloads.read(1, team, Team.class).members()).containsExactly("Ada");
    assertThat(payloads.read(1, JSON, Object.class))
        .isNotSameAs(payloads.read(1, JSON, Object.class));
  }

  @Test
  void tellsTextsAndTypesApart() {
    payloads.read(1, JSON, Asset.class);
    assertThat(payloads.read(1, JSON, Other.class)).isEqualTo(new Other("Pump 7"));
    assertThat(payloads.read(1, "{\"name\":\"Fan\"}", Other.class)).isEqualTo(new Other("Fan"));
  }

  @Test
  void forgetsTheOldest() {
    var first = payloads.read(1, JSON, Asset.class);
    payloads.read(1 + SharedPayloads.REMEMBERED, "{\"name\":\"Fan\"}", Asset.class);
    assertThat(payloads.read(1, JSON, Asset.class)).isEqualTo(first).isNotSameAs(first);
  }

  @Test
  void remembersNothingLong() {
    var text = "x".repeat(SharedPayloads.MAX_CHARACTERS);
    var json = "{\"name\":\"" + text + "\"}";
    var first = payloads.read(1, json, Asset.class);
    assertThat(payloads.read(1, json, Asset.class)).isEqualTo(first).isNotSameAs(first);
  }

  @Test
  void remembersNoFailure() {
    for (var attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> payloads.read(1, "[]", Asset.class))
          .isInstanceOf(JacksonException.class);
    }
  }
}
