package dev.mycel.arch;

import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import org.junit.jupiter.api.Test;

/** Which part may know which: a dependency against these arrows is a design mistake. */
final class LayeringTest {
  private static final String[] EVERYWHERE = {"java..", "org.jspecify.."};
  private static final String[] BACKENDS = {
    "dev.mycel.reference..", "dev.mycel.onednn..", "dev.mycel.nd4j.."
  };

  /** What is published, without tests, benchmarks and examples. */
  private static final JavaClasses LIBRARY =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(
              location -> !location.contains("/test/bench/") && !location.contains("/examples/"))
          .importPackages(
              "dev.mycel.core",
              "dev.mycel.autograd",
              "dev.mycel.nn",
              "dev.mycel.optim",
              "dev.mycel.checkpoint",
              "dev.mycel.train",
              "dev.mycel.junit",
              "dev.mycel.reference",
              "dev.mycel.onednn",
              "dev.mycel.nd4j");

  private static String[] with(String... more) {
    String[] all = java.util.Arrays.copyOf(EVERYWHERE, EVERYWHERE.length + more.length);
    System.arraycopy(more, 0, all, EVERYWHERE.length, more.length);
    return all;
  }

  @Test
  void coreKnowsNothingAboveIt() {
    classes()
        .that()
        .resideInAPackage("dev.mycel.core..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(with("dev.mycel.core..", "org.apache.commons.math3.."))
        .check(LIBRARY);
  }

  @Test
  void autogradKnowsCoreAlone() {
    classes()
        .that()
        .resideInAPackage("dev.mycel.autograd..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(with("dev.mycel.autograd..", "dev.mycel.core"))
        .check(LIBRARY);
  }

  @Test
  void nnKnowsNeitherBackendsNorOptimizers() {
    classes()
        .that()
        .resideInAPackage("dev.mycel.nn..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            with(
                "dev.mycel.nn..",
                "dev.mycel.autograd",
                "dev.mycel.core",
                "org.apache.commons.math3.."))
        .check(LIBRARY);
  }

  @Test
  void optimizersCheckpointsTrainingAndTheTestKitKnowNoBackend() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.mycel.optim..", "dev.mycel.checkpoint..", "dev.mycel.train..", "dev.mycel.junit..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(BACKENDS)
        .check(LIBRARY);
  }

  @Test
  void backendsKnowCoreAndItsServiceInterfaceAlone() {
    noClasses()
        .that()
        .resideInAnyPackage(BACKENDS)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.mycel.core.internal..",
            "dev.mycel.autograd..",
            "dev.mycel.nn..",
            "dev.mycel.optim..",
            "dev.mycel.checkpoint..",
            "dev.mycel.train..",
            "dev.mycel.junit..")
        .check(LIBRARY);
  }

  @Test
  void nd4jIsKnownToItsBackendAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.mycel.nd4j..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.nd4j..", "org.bytedeco.openblas..")
        .check(LIBRARY);
    classes()
        .that()
        .resideInAPackage("dev.mycel.nd4j..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            with(
                "dev.mycel.nd4j..",
                "dev.mycel.core",
                "dev.mycel.core.spi",
                "org.nd4j..",
                "com.sun.jna..",
                "org.bytedeco.javacpp..",
                "org.bytedeco.openblas.."))
        .check(LIBRARY);
  }

  @Test
  void nothingKnowsTrainingOrTheTestKit() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.mycel.train..", "dev.mycel.test..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.mycel.train..")
        .check(LIBRARY);
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.mycel.junit..", "dev.mycel.test..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.mycel.junit..", "org.junit..")
        .check(LIBRARY);
  }

  @Test
  void internalsOfCoreAreForCoreAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.mycel.core..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.mycel.core.internal..")
        .check(LIBRARY);
  }

  @Test
  void packagesFormNoCycles() {
    // Core's service interface names core's types, and the current backend is found by it: one
    // layer in two packages.
    slices()
        .matching("dev.mycel.(**)")
        .should()
        .beFreeOfCycles()
        .ignoreDependency(inPackage("dev.mycel.core"), inPackage("dev.mycel.core.spi"))
        .check(LIBRARY);
  }

  private static DescribedPredicate<JavaClass> inPackage(String name) {
    return DescribedPredicate.describe("in " + name, c -> c.getPackageName().equals(name));
  }

  @Test
  void publicTypesAreFinalOrMadeForExtension() {
    classes()
        .that()
        .arePublic()
        .and()
        .areTopLevelClasses()
        .and(are(plain()))
        .should(
            new ArchCondition<JavaClass>("be final or abstract, or meant to be extended") {
              @Override
              public void check(JavaClass item, ConditionEvents events) {
                boolean fine =
                    item.getModifiers().contains(JavaModifier.FINAL)
                        || item.getModifiers().contains(JavaModifier.ABSTRACT)
                        || EXTENSIBLE.contains(item.getName())
                        || item.isAssignableTo(RuntimeException.class);
                events.add(
                    new SimpleConditionEvent(item, fine, item.getName() + " is open to anybody"));
              }
            })
        .check(LIBRARY);
  }

  /**
   * Plain classes that users may extend on purpose: a parameter is a variable, a network a sequence
   * of cells.
   */
  private static final java.util.Set<String> EXTENSIBLE =
      java.util.Set.of("dev.mycel.core.Variable", "dev.mycel.nn.SequentialCell");

  private static DescribedPredicate<JavaClass> plain() {
    return DescribedPredicate.describe(
        "plain classes", c -> !c.isInterface() && !c.isEnum() && !c.isRecord());
  }

  @Test
  void nothingPrintsOrUsesAnotherLogger() {
    // Monitors print, to a stream that they are given; where none is, that class names one. And the
    // command line tool is a program.
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("dev.mycel.train.Console")
        .and()
        .doNotHaveFullyQualifiedName("dev.mycel.checkpoint.tool.Main")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .dependOnClassesThat()
        .resideInAnyPackage("java.util.logging..", "org.slf4j..", "org.apache.log4j..")
        .check(LIBRARY);
  }

  @Test
  void nothingUsesLegacyCollectionsOrUnsafeMemory() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.Vector")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.Hashtable")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("sun.misc.Unsafe")
        .check(LIBRARY);
  }
}
