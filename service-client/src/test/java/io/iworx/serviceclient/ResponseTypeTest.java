package io.iworx.serviceclient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Types with their arguments. */
class ResponseTypeTest {
  private static final class Unsaid<T> implements ResponseType<T> {}

  @Test
  void keepsTheArgumentsOfAnEmptySubclass() {
    assertThat(new ResponseType<Map<String, List<Integer>>>() {}.type().getTypeName())
        .isEqualTo("java.util.Map<java.lang.String, java.util.List<java.lang.Integer>>");
  }

  @Test
  void knowsClasses() {
    assertThat(ResponseType.of(String.class).type()).isEqualTo(String.class);
  }

  @Test
  void saysWhatIsMissing() {
    @SuppressWarnings("unchecked")
    ResponseType<String> raw = (ResponseType<String>) (ResponseType<?>) new RawType();
    assertThatThrownBy(raw::type)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("does not say its type");
    assertThat(new Unsaid<String>().type().getTypeName()).isEqualTo("T");
  }

  @SuppressWarnings("rawtypes")
  private static final class RawType implements ResponseType {}
}
