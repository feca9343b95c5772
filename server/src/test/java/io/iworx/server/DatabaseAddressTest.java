package io.iworx.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseAddressTest {

  @Test
  void readsJdbcUrls() {
    var address =
        DatabaseAddress.parse(
            "jdbc:postgresql://db:5433/iworx?user=ada&password=p%26q&sslmode=require&ApplicationName=x");
    assertThat(address.jdbcUrl())
        .isEqualTo("jdbc:postgresql://db:5433/iworx?sslmode=require&ApplicationName=x");
    assertThat(address.user()).isEqualTo("ada");
    assertThat(address.password()).isEqualTo("p&q");
    assertThat(address.psqlUrl())
        .isEqualTo("postgresql://ada@db:5433/iworx?sslmode=require&ApplicationName=x");
  }

  @Test
  void readsPsqlUrls() {
    var address = DatabaseAddress.parse("postgresql://ada:p%40+q@127.0.0.1:5432/iworx");
    assertThat(address.jdbcUrl()).isEqualTo("jdbc:postgresql://127.0.0.1:5432/iworx");
    assertThat(address.user()).isEqualTo("ada");
    assertThat(address.password()).isEqualTo("p@+q");
  }

  @Test
  void userAndPasswordMayBeMissing() {
    var address = DatabaseAddress.parse("postgres://localhost/iworx");
    assertThat(address).isEqualTo(new DatabaseAddress("jdbc:postgresql://localhost/iworx", "", ""));
    assertThat(address.psqlUrl()).isEqualTo("postgresql://localhost/iworx");
  }

  @Test
  void neverShowsThePassword() {
    assertThat(DatabaseAddress.parse("postgresql://ada:geheim@h/d").toString())
        .doesNotContain("geheim");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "iworx",
        "jdbc:mysql://h/d",
        "http://h/d",
        "postgresql:",
        "postgresql://a:geheim @h/d"
      })
  void refusesOthersWithoutRepeatingThem(String text) {
    assertThatThrownBy(() -> DatabaseAddress.parse(text))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("jdbc:postgresql://host:5432/database")
        .hasMessageNotContaining("geheim");
  }
}
