package io.iworx.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;

/** The modules, and who may need whom: the table of ARCHITECTURE.md. */
final class House {

  /** Module (its package below {@code io.iworx}) to the modules it may need. */
  static final Map<String, Set<String>> MAY_NEED =
      Map.ofEntries(
          Map.entry("correlation", Set.of()),
          Map.entry("trace", Set.of("correlation")),
          Map.entry("serviceclient", Set.of("correlation")),
          Map.entry("eventbus", Set.of("correlation", "trace")),
          Map.entry("gateway", Set.of("correlation", "trace")),
          Map.entry("sagas", Set.of("correlation", "trace", "eventbus")),
          Map.entry("testing", Set.of("correlation", "trace", "eventbus", "sagas")),
          Map.entry("postgres", Set.of("correlation", "trace", "eventbus", "sagas", "gateway")),
          Map.entry(
              "console",
              Set.of("correlation", "trace", "eventbus", "sagas", "gateway", "serviceclient")),
          Map.entry(
              "server",
              Set.of(
                  "correlation", "trace", "eventbus", "sagas", "gateway", "postgres", "console")),
          Map.entry(
              "examples",
              Set.of(
                  "correlation",
                  "trace",
                  "eventbus",
                  "sagas",
                  "serviceclient",
                  "postgres",
                  "server")),
          Map.entry("torture", Set.of("correlation", "eventbus", "postgres", "sagas", "server")));

  /** The product's nouns: free of databases, brokers and frameworks. */
  static final Set<String> NOUNS =
      Set.of("correlation", "trace", "serviceclient", "eventbus", "sagas", "gateway");

  static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.iworx");

  private House() {}
}
