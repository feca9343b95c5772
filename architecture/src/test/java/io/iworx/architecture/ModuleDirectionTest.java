package io.iworx.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Arrows between modules only go down. */
class ModuleDirectionTest {

  static Stream<String> modules() {
    return House.MAY_NEED.keySet().stream().sorted();
  }

  @Test
  void everyModuleIsKnownHere() {
    var found = new TreeSet<String>();
    House.CLASSES.forEach(it -> found.add(it.getPackageName().split("\\.", -1)[2]));
    assertThat(found).isEqualTo(new TreeSet<>(House.MAY_NEED.keySet()));
  }

  @ParameterizedTest
  @MethodSource("modules")
  void needsOnlyWhatTheTableAllows(String module) {
    var forbidden =
        modules()
            .filter(other -> !other.equals(module))
            .filter(other -> !House.MAY_NEED.getOrDefault(module, Set.of()).contains(other))
            .map(other -> "io.iworx." + other + "..")
            .toArray(String[]::new);
    noClasses()
        .that()
        .resideInAPackage("io.iworx." + module + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden)
        .allowEmptyShould(true)
        .check(House.CLASSES);
  }

  @Test
  void nounsKnowNoDatabaseBrokerOrFramework() {
    var nouns = House.NOUNS.stream().map(noun -> "io.iworx." + noun + "..").toArray(String[]::new);
    noClasses()
        .that()
        .resideInAnyPackage(nouns)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.postgresql..",
            "com.zaxxer..",
            "org.flywaydb..",
            "javax.sql..",
            "org.apache.kafka..",
            "org.springframework..",
            "ch.qos.logback..")
        .check(House.CLASSES);
    noClasses()
        .that()
        .resideInAnyPackage(nouns)
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.sql\\.(?!Connection$|SQLException$).*")
        .check(House.CLASSES);
  }

  @Test
  void onlyTheGatewayKnowsNetty() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.iworx.gateway..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .check(House.CLASSES);
  }
}
