package io.iworx.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class EventTypeTest {
  @Test
  void matchesItsOwnNameOnly() {
    var type = EventType.of("asset.created", Map.class);
    assertThat(type.matches("asset.created")).isTrue();
    assertThat(type.matches("asset.created_again")).isFalse();
    assertThat(type.isPattern()).isFalse();
  }

  @Test
  void matchesEverythingBelowAPrefixButNotThePrefixItself() {
    var type = EventType.matching("asset.*");
    assertThat(type.matches("asset.created")).isTrue();
    assertThat(type.matches("asset.part.created")).isTrue();
    assertThat(type.matches("asset")).isFalse();
    assertThat(type.matches("assets.created")).isFalse();
    assertThat(EventType.matching("*").matches("anything.at_all")).isTrue();
  }

  @Test
  void refusesNamesThatAreNone() {
    for (var name :
        new String[] {"", "A.b", "a..b", "a.", ".a", "a.*.b", "a*", "a b", "a\n", "**"}) {
      assertThatThrownBy(() -> EventType.matching(name))
          .as(name)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
