package io.iworx.torture;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a worker process is started with. The database's password goes by way of the environment.
 *
 * @param name unique in a round: also the instance's name in claims
 * @param ownJdbcUrl the database of handlers that have one of their own
 * @param folder where it writes its journal
 * @param lease how long it holds partitions without a sign of life
 * @param clockOffset how wrong its clock is
 */
record WorkerSettings(
    Role role,
    String name,
    String jdbcUrl,
    String ownJdbcUrl,
    String user,
    Path folder,
    long seed,
    Duration lease,
    Duration clockOffset,
    Set<Plant> plants) {
  static final String PASSWORD = "IWORX_TORTURE_PASSWORD";

  List<String> words() {
    return List.of(
        role.name(),
        name,
        jdbcUrl,
        ownJdbcUrl,
        user,
        folder.toString(),
        Long.toString(seed),
        lease.toString(),
        clockOffset.toString(),
        plants.stream().map(Plant::name).collect(Collectors.joining(",")));
  }

  static WorkerSettings of(List<String> words) {
    return new WorkerSettings(
        Role.valueOf(words.get(0)),
        words.get(1),
        words.get(2),
        words.get(3),
        words.get(4),
        Path.of(words.get(5)),
        Long.parseLong(words.get(6)),
        Duration.parse(words.get(7)),
        Duration.parse(words.get(8)),
        plants(words.get(9)));
  }

  private static Set<Plant> plants(String names) {
    return Pattern.compile(",")
        .splitAsStream(names)
        .filter(Predicate.not(String::isEmpty))
        .map(Plant::valueOf)
        .collect(Collectors.toUnmodifiableSet());
  }

  boolean has(Plant plant) {
    return plants.contains(plant);
  }
}
