package io.iworx.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskingTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"password", "accessToken", "api_key", "API-Key", "clientSecret", "Set-Cookie"})
  void hidesWhatIsCalledASecret(String name) {
    assertThat(Masking.masked("{\"id\":1,\"" + name + "\":\"s3cret\"}"))
        .isEqualTo("{\"id\":1,\"" + name + "\":\"•••\"}");
  }

  @Test
  void hidesItHoweverDeep() {
    assertThat(Masking.masked("[{\"a\":[{\"token\":{\"value\":\"s3cret\"},\"b\":2}]}]"))
        .isEqualTo("[{\"a\":[{\"token\":\"•••\",\"b\":2}]}]");
  }

  @Test
  void leavesEverythingElse() {
    assertThat(Masking.masked("{\"name\":\"Ada\", \"n\": 1.50}"))
        .isEqualTo("{\"name\":\"Ada\", \"n\": 1.50}");
    assertThat(Masking.masked("{\"token\":null}")).isEqualTo("{\"token\":null}");
    assertThat(Masking.masked("a token, no JSON")).isEqualTo("a token, no JSON");
    assertThat(Masking.masked(null)).isNull();
  }
}
