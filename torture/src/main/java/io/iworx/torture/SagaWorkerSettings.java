package io.iworx.torture;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a worker process of sagas is started with. The database's password goes by way of the
 * environment.
 *
 * @param name unique in a run: also the instance's name
 * @param folder where its log goes
 * @param outside where the service is that sagas call
 * @param versions which versions of the definition it has, the one it starts first
 * @param clockOffset how wrong its clock is
 */
record SagaWorkerSettings(
    String name,
    String jdbcUrl,
    String user,
    Path folder,
    String outside,
    List<Integer> versions,
    Duration lease,
    Duration clockOffset,
    SagaPlant plant) {

  List<String> words() {
    return List.of(
        name,
        jdbcUrl,
        user,
        folder.toString(),
        outside,
        versions.stream().map(String::valueOf).collect(Collectors.joining(",")),
        lease.toString(),
        clockOffset.toString(),
        plant.name());
  }

  static SagaWorkerSettings of(List<String> words) {
    return new SagaWorkerSettings(
        words.get(0),
        words.get(1),
        words.get(2),
        Path.of(words.get(3)),
        words.get(4),
        Arrays.stream(words.get(5).split(",")).map(Integer::valueOf).toList(),
        Duration.parse(words.get(6)),
        Duration.parse(words.get(7)),
        SagaPlant.valueOf(words.get(8)));
  }
}
