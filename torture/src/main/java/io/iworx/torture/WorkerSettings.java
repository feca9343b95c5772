package io.iworx.torture;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What a worker process is started with. The database's password goes by way of the environment.
 *
 * @param name unique in a round: also the instance's name in claims
 * @param folder where it writes its journal
 * @param lease how long it holds partitions without a sign of life
 * @param clockOffset how wrong its clock is
 */
record WorkerSettings(
    Role role,
    String name,
    String jdbcUrl,
    String user,
    Path folder,
    long seed,
    Duration lease,
    Duration clockOffset,
    Plant plant) {
  static final String PASSWORD = "IWORX_TORTURE_PASSWORD";

  List<String> words() {
    return List.of(
        role.name(),
        name,
        jdbcUrl,
        user,
        folder.toString(),
        Long.toString(seed),
        lease.toString(),
        clockOffset.toString(),
        plant.name());
  }

  static WorkerSettings of(List<String> words) {
    return new WorkerSettings(
        Role.valueOf(words.get(0)),
        words.get(1),
        words.get(2),
        words.get(3),
        Path.of(words.get(4)),
        Long.parseLong(words.get(5)),
        Duration.parse(words.get(6)),
        Duration.parse(words.get(7)),
        Plant.valueOf(words.get(8)));
  }
}
