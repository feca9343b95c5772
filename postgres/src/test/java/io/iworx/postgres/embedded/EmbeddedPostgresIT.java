package io.iworx.postgres.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmbeddedPostgresIT {
  private static final int NOBODY = 65_534;

  /** A folder that was used and closed: preparing one takes seconds, copying it does not. */
  private static Path prepared;

  private static Path preparedRoom;

  private Path room;
  private Path folder;

  @BeforeAll
  static void prepareFolder() throws IOException {
    preparedRoom = Files.createTempDirectory("iworx-embedded");
    prepared = preparedRoom.resolve("data");
    EmbeddedPostgres.start(prepared).close();
  }

  @AfterAll
  static void deletePreparedFolder() {
    Command.deleteFolder(preparedRoom);
  }

  @BeforeEach
  void createFolder() throws IOException {
    room = Files.createTempDirectory("iworx-embedded");
    folder = room.resolve("data");
  }

  private void useUsedFolder() {
    Command copy = Command.run(List.of("cp", "-Rp", prepared.toString(), folder.toString()));
    assertThat(copy.succeeded()).as(copy.output()).isTrue();
  }

  @AfterEach
  void deleteFolder() {
    Command.deleteFolder(room);
  }

  private static String query(EmbeddedPostgres server, String sql) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static boolean runs(long pid) {
    Path stat = Path.of("/proc/" + pid + "/stat");
    try {
      return Files.exists(stat)
          ? !Files.readString(stat).contains(") Z ")
          : ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    } catch (IOException e) {
      return false;
    }
  }

  private long postmaster() throws IOException {
    return Postmaster.of(folder.resolve("cluster")).orElseThrow().pid();
  }

  private static void awaitGone(long pid, Duration atMost) {
    Awaitility.await().atMost(atMost).until(() -> !runs(pid));
  }

  @Test
  void keepsItsDataAndLeavesNoProcess() throws Exception {
    List<String> said = new ArrayList<>();
    long pid;
    long cold = System.nanoTime();
    try (EmbeddedPostgres server =
        EmbeddedPostgres.start(
            folder, EmbeddedPostgresOptions.defaults().withProgress(said::add))) {
      System.out.println(
          "Cold start: " + Duration.ofNanos(System.nanoTime() - cold).toMillis() + " ms");
      pid = postmaster();
      query(server, "SELECT set_config('x.y', '1', false)");
      assertThat(query(server, "SHOW fsync")).isEqualTo("on");
      assertThat(query(server, "SHOW synchronous_commit")).isEqualTo("on");
      assertThat(query(server, "SHOW listen_addresses")).isEqualTo("127.0.0.1");
      assertThat(query(server, "SELECT lower('É')")).isEqualTo("é");
      assertThatThrownBy(
              () -> DriverManager.getConnection(server.jdbcUrl(), server.user(), "wrong"))
          .isInstanceOf(SQLException.class);
      try (Connection connection =
              DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
          Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE kept AS SELECT 'kept' AS word");
      }
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(folder.resolve("password"))))
          .isEqualTo("rw-------");
    }
    assertThat(said).anyMatch(line -> line.contains(folder.toString()));
    assertThat(runs(pid)).isFalse();
    assertThat(
            ProcessHandle.current()
                .descendants()
                .filter(ProcessHandle::isAlive)
                .flatMap(p -> p.info().commandLine().stream()))
        .noneMatch(line -> line.contains(folder.toString()));
    long warm = System.nanoTime();
    try (EmbeddedPostgres server = EmbeddedPostgres.start(folder)) {
      System.out.println(
          "Warm start: " + Duration.ofNanos(System.nanoTime() - warm).toMillis() + " ms");
      assertThat(query(server, "SELECT word FROM kept")).isEqualTo("kept");
    }
  }

  @Test
  void aFolderInUseIsNamedWithItsProcess() throws Exception {
    useUsedFolder();
    try (EmbeddedPostgres server = EmbeddedPostgres.start(folder);
        ChildJvm child = ChildJvm.start(folder)) {
      assertThat(server.port()).isPositive();
      assertThat(child.says())
          .contains("refused")
          .contains(folder.toString())
          .contains("process " + ProcessHandle.current().pid());
      assertThatThrownBy(() -> EmbeddedPostgres.start(folder))
          .isInstanceOf(EmbeddedPostgresException.class)
          .hasMessageContaining("is in use by process");
    }
  }

  @Test
  void aTakenPortIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      assertThatThrownBy(
              () ->
                  EmbeddedPostgres.start(folder, EmbeddedPostgresOptions.defaults().withPort(port)))
          .isInstanceOf(EmbeddedPostgresException.class)
          .hasMessageContaining("Port " + port);
    }
  }

  @Test
  void stopsWithinFiveSecondsWhenItsJvmIsKilled() throws Exception {
    useUsedFolder();
    try (ChildJvm child = ChildJvm.start(folder)) {
      long pid = child.postmaster();
      child.kill();
      awaitGone(pid, Duration.ofSeconds(5));
    }
  }

  @Test
  void startsAtOnceAfterItsJvmWasKilled() throws Exception {
    useUsedFolder();
    try (ChildJvm child = ChildJvm.start(folder)) {
      child.postmaster();
      child.kill();
      try (EmbeddedPostgres server = EmbeddedPostgres.start(folder)) {
        assertThat(query(server, "SELECT word FROM kept")).isEqualTo("kept");
      }
    }
  }

  @Test
  void endsTheServerThatAKilledProcessLeftBehind() throws Exception {
    useUsedFolder();
    try (ChildJvm child = ChildJvm.start(folder)) {
      long pid = child.postmaster();
      ProcessHandle keeper = ProcessHandle.of(pid).orElseThrow().parent().orElseThrow();
      keeper.destroyForcibly();
      awaitGone(keeper.pid(), Duration.ofSeconds(5));
      child.kill();
      assertThat(runs(pid)).isTrue();
      try (EmbeddedPostgres server = EmbeddedPostgres.start(folder)) {
        assertThat(postmaster()).isNotEqualTo(pid);
        assertThat(query(server, "SELECT word FROM kept")).isEqualTo("kept");
      }
      assertThat(runs(pid)).isFalse();
    }
  }

  @Test
  void recoversAfterTheServerItselfWasKilled() throws Exception {
    useUsedFolder();
    try (ChildJvm child = ChildJvm.start(folder)) {
      long pid = child.postmaster();
      ProcessHandle.of(pid).orElseThrow().destroyForcibly();
      awaitGone(pid, Duration.ofSeconds(5));
    }
    try (EmbeddedPostgres server = EmbeddedPostgres.start(folder)) {
      assertThat(query(server, "SELECT word FROM kept")).isEqualTo("kept");
    }
  }

  @Test
  void isOutOfReachOfTheTerminal() throws Exception {
    Assumptions.assumeTrue(Command.exists("setsid"), "sessions are looked at where setsid is");
    useUsedFolder();
    try (EmbeddedPostgres server = EmbeddedPostgres.start(folder)) {
      assertThat(server.port()).isPositive();
      assertThat(session(postmaster())).isNotEqualTo(session(ProcessHandle.current().pid()));
    }
  }

  /** The session is the fourth word after the process's name. */
  private static String session(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[3];
  }

  @Test
  void aFolderOfAnotherUserIsNamed() throws IOException {
    Assumptions.assumeTrue(Owner.self() == Owner.ROOT, "only root can give files away");
    Files.createDirectories(folder);
    Files.setAttribute(folder, "unix:uid", NOBODY);
    assertThatThrownBy(() -> EmbeddedPostgres.start(folder))
        .isInstanceOf(EmbeddedPostgresException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining(String.valueOf(NOBODY));
  }

  @Test
  void runsAsAnOrdinaryUserToo() throws Exception {
    Assumptions.assumeTrue(
        Owner.self() == Owner.ROOT && Command.exists("setpriv"), "this is that already");
    Files.setPosixFilePermissions(room, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path home = Files.createDirectory(room.resolve("home"));
    Files.setAttribute(home, "unix:uid", NOBODY);
    List<String> asNobody =
        List.of(
            "setpriv",
            "--reuid=" + NOBODY,
            "--regid=" + NOBODY,
            "--clear-groups",
            "env",
            "XDG_CACHE_HOME=" + home);
    Path data = home.resolve("data");
    try (ChildJvm child = ChildJvm.start(asNobody, readableClassPath(room), data)) {
      long pid = child.postmaster();
      assertThat(Files.getAttribute(Path.of("/proc/" + pid), "unix:uid", LinkOption.NOFOLLOW_LINKS))
          .isEqualTo(NOBODY);
      assertThatThrownBy(() -> EmbeddedPostgres.start(data))
          .isInstanceOf(EmbeddedPostgresException.class)
          .hasMessageContaining("belongs to user");
      child.kill();
      awaitGone(pid, Duration.ofSeconds(5));
    }
  }

  /** The class path may be where only root can look. */
  private static String readableClassPath(Path root) throws IOException {
    List<String> copies = new ArrayList<>();
    int count = 0;
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path source = Path.of(entry);
      if (Files.exists(source)) {
        Path copy = root.resolve("classpath").resolve(count++ + "-" + source.getFileName());
        copy(source, copy);
        copies.add(copy.toString());
      }
    }
    return String.join(File.pathSeparator, copies);
  }

  private static void copy(Path source, Path target) throws IOException {
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Path copy = target.resolve(source.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.createDirectories(target.getParent());
          Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
  }
}
