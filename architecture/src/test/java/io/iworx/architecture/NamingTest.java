package io.iworx.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Names say what a thing is, and public types are public for a reason. */
class NamingTest {
  private static final Pattern BANNED =
      Pattern.compile("(Manager|Helper|Utils?|Impl|Abstract|Base|Info|Processor)(?![a-z])|Data$");

  /** "Service" stands for a service of the platform, a client of one, or the host of one. */
  private static final Pattern SERVICE = Pattern.compile("Service(?!Client|Health|s$)(?![a-z])");

  @Test
  void noNameHasABannedWord() {
    assertThat(names(it -> BANNED.matcher(it.getSimpleName()).find())).isEmpty();
  }

  @Test
  void onlyServicesAreCalledService() {
    assertThat(
            names(
                it ->
                    SERVICE.matcher(it.getSimpleName()).find()
                        && !it.getPackageName().startsWith("io.iworx.examples")
                        && !it.getPackageName().startsWith("io.iworx.server")
                        && !it.getPackageName().startsWith("io.iworx.gateway")))
        .isEmpty();
  }

  @Test
  void publicTypesCannotBeExtendedByAccident() {
    assertThat(
            names(
                it ->
                    it.getModifiers().contains(JavaModifier.PUBLIC)
                        && it.isTopLevelClass()
                        && !it.getPackageName().startsWith("io.iworx.testing")
                        && !it.isInterface()
                        && !it.isRecord()
                        && !it.isEnum()
                        && !it.isAssignableTo(Throwable.class)
                        && !it.getModifiers().contains(JavaModifier.FINAL)))
        .isEmpty();
  }

  @Test
  void aModuleShowsAtMostTwentyFivePublicTypes() {
    var tooWide =
        House.NOUNS.stream()
            .filter(
                noun ->
                    House.CLASSES.stream()
                            .filter(it -> it.getPackageName().startsWith("io.iworx." + noun))
                            .filter(JavaClass::isTopLevelClass)
                            .filter(it -> it.getModifiers().contains(JavaModifier.PUBLIC))
                            .filter(it -> !it.getPackageName().endsWith(".spi"))
                            .count()
                        > 25)
            .toList();
    assertThat(tooWide).isEmpty();
  }

  private static List<String> names(Predicate<JavaClass> wrong) {
    return House.CLASSES.stream()
        .filter(it -> !it.isAnonymousClass() && !it.getSimpleName().equals("package-info"))
        .filter(wrong)
        .map(JavaClass::getName)
        .sorted()
        .toList();
  }
}
