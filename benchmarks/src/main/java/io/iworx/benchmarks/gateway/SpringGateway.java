package io.iworx.benchmarks.gateway;

import io.iworx.benchmarks.load.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Spring Cloud Gateway on WebFlux, with one event loop; its project is below peers. */
final class SpringGateway {
  private SpringGateway() {}

  static Child start(Stage stage, List<String> jvm, int upstream) throws IOException {
    Path jar = Path.of(stage.option("program"));
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xshare:auto"));
    words.add("--sun-misc-unsafe-memory-access=allow");
    words.addAll(jvm);
    words.addAll(List.of("-Dreactor.netty.ioWorkerCount=1", "-Dupstream=" + upstream));
    words.addAll(List.of("-cp", jar + ":" + jar.resolveSibling("lib") + "/*"));
    words.add("io.iworx.benchmarks.spring.SpringGateway");
    return Child.start("spring", words, Path.of(stage.option("folder")));
  }
}
