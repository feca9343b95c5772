package io.iworx.postgres.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** A program with an embedded server: writes a row, says so, and waits for its end. */
final class EmbeddedPostgresChild {
  private EmbeddedPostgresChild() {}

  public static void main(String[] args) throws IOException, SQLException {
    Path folder = Path.of(args[0]);
    try (EmbeddedPostgres server = EmbeddedPostgres.start(folder)) {
      try (Connection connection =
              DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE IF NOT EXISTS kept (word text)");
        statement.execute("INSERT INTO kept VALUES ('kept')");
      }
      String pid = Files.readAllLines(folder.resolve("cluster/postmaster.pid")).getFirst();
      System.out.println("ready " + pid);
      System.out.flush();
      while (System.in.read() >= 0) {
        // Until the input ends.
      }
    } catch (EmbeddedPostgresException e) {
      System.out.println("refused " + e.getMessage());
    }
  }
}
