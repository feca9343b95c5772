package io.iworx.postgres.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * As whom the programs run. PostgreSQL refuses root; as root there are two ways around it.
 *
 * @param prefix the words before each command
 * @param uid whom the data folder belongs to
 */
record RunAs(List<String> prefix, long uid) {
  /** The user that owns nothing: {@code nobody} on every common system. */
  private static final long NOBODY = 65_534;

  private static final List<String> OWN_NAMESPACE = List.of("unshare", "-U");

  /** The way that works here for this folder. */
  static RunAs in(Path folder) {
    long self = Owner.self();
    if (self != Owner.ROOT) {
      return new RunAs(List.of(), self);
    }
    // Data made under the second way stays with it: in a namespace of its own, root is nobody else.
    boolean handedOver = Owner.of(folder) == NOBODY;
    if (!handedOver && allows(OWN_NAMESPACE)) {
      return new RunAs(OWN_NAMESPACE, Owner.ROOT);
    }
    List<String> nobody =
        List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--");
    if (allows(nobody)) {
      return new RunAs(nobody, NOBODY);
    }
    throw new EmbeddedPostgresException(
        "PostgreSQL refuses to run as root, and neither unshare nor setpriv may be used here to run it as somebody else:"
            + " start as an ordinary user, or name a database with --database.");
  }

  private static boolean allows(List<String> prefix) {
    return Command.run(Stream.concat(prefix.stream(), Stream.of("true")).toList()).succeeded();
  }

  /** Whether another user than ourselves must be able to reach the files. */
  boolean isOtherUser() {
    return uid != Owner.self();
  }

  List<String> command(Path program, List<String> arguments) {
    List<String> words = new ArrayList<>(prefix);
    words.add(program.toString());
    words.addAll(arguments);
    return words;
  }

  /** Gives the folder with all that is in it to whom the programs run as. */
  void handOver(Path folder) {
    if (!isOtherUser()) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        Files.setAttribute(file, "unix:uid", (int) uid);
        Files.setAttribute(file, "unix:gid", (int) uid);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> test = new ArrayList<>(prefix);
    test.addAll(List.of("test", "-w", folder.toString()));
    if (!Command.run(test).succeeded()) {
      throw new EmbeddedPostgresException(
          "PostgreSQL has to run as uid "
              + uid
              + " here, which cannot reach the data folder "
              + folder
              + ": choose one with --data below a folder that everybody may enter, or name a database with --database.");
    }
  }
}
