package io.iworx.server;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;

/**
 * Where a PostgreSQL database is and who enters.
 *
 * @param jdbcUrl without user and password
 * @param user empty for the driver's default
 * @param password empty for none
 */
record DatabaseAddress(String jdbcUrl, String user, String password) {
  private static final String JDBC = "jdbc:";
  private static final String CONNECT_SECONDS = "5";

  /**
   * Reads {@code jdbc:postgresql://host:port/database?user=…&password=…} or {@code
   * postgresql://user:password@host:port/database}.
   *
   * @throws CommandException when it is neither
   */
  static DatabaseAddress parse(String text) {
    try {
      var uri = new URI(text.startsWith(JDBC) ? text.substring(JDBC.length()) : text);
      var scheme = Objects.requireNonNullElse(uri.getScheme(), "").toLowerCase(Locale.ROOT);
      if (!scheme.matches("postgres(ql)?") || uri.getRawAuthority() == null) {
        throw unreadable();
      }
      return of(uri);
    } catch (URISyntaxException _) {
      // Its message would repeat the URL with the password.
      throw unreadable();
    }
  }

  private static CommandException unreadable() {
    return CommandException.unusable(
        "The database URL cannot be read; it looks like jdbc:postgresql://host:5432/database or postgresql://user:password@host:5432/database (special characters percent-encoded).");
  }

  private static DatabaseAddress of(URI uri) {
    var authority = uri.getRawAuthority();
    var at = authority.lastIndexOf('@');
    var hosts = authority.substring(at + 1);
    var names = at < 0 ? new String[] {""} : authority.substring(0, at).split(":", 2);
    var user = decoded(names[0]);
    var password = names.length > 1 ? decoded(names[1]) : "";
    var rest = new StringBuilder();
    for (var parameter : Objects.requireNonNullElse(uri.getRawQuery(), "").split("&", -1)) {
      if (parameter.startsWith("user=")) {
        user = decoded(parameter.substring("user=".length()));
      } else if (parameter.startsWith("password=")) {
        password = decoded(parameter.substring("password=".length()));
      } else if (!parameter.isEmpty()) {
        rest.append(rest.isEmpty() ? '?' : '&').append(parameter);
      }
    }
    var path = Objects.requireNonNullElse(uri.getRawPath(), "");
    return new DatabaseAddress(
        JDBC + "postgresql://" + hosts + (path.isEmpty() ? "/" : path) + rest, user, password);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** One connection outside any pool, tried for a few seconds. */
  Connection connect() throws SQLException {
    var properties = new Properties();
    if (!user.isEmpty()) {
      properties.setProperty("user", user);
    }
    if (!password.isEmpty()) {
      properties.setProperty("password", password);
    }
    properties.setProperty("connectTimeout", CONNECT_SECONDS);
    properties.setProperty("loginTimeout", CONNECT_SECONDS);
    properties.setProperty("ApplicationName", "iworx");
    return DriverManager.getConnection(jdbcUrl, properties);
  }

  /** For {@code psql}, without the password. */
  String psqlUrl() {
    var url = jdbcUrl.substring(JDBC.length());
    return user.isEmpty() ? url : url.replaceFirst("://", "://" + user + "@");
  }

  /** Without user and password. */
  @Override
  public String toString() {
    return jdbcUrl.substring(JDBC.length());
  }
}
