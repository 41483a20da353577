package dev.heddle.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Each module knows only those below it, and the supervisor knows nothing of the world. */
@AnalyzeClasses(packages = "dev.heddle", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule PIPE_MODE_KNOWS_NO_OTHER_MODULE =
      noClasses()
          .that()
          .resideInAPackage("dev.heddle.pipemode..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.heddle.containerlauncher..", "dev.heddle.am..", "dev.heddle.client..");

  @ArchTest
  static final ArchRule ONE_ROOM_OF_PIPE_MODE_KNOWS_HADOOP =
      noClasses()
          .that()
          .resideInAPackage("dev.heddle.pipemode..")
          .and()
          .resideOutsideOfPackage("dev.heddle.pipemode.hadoop..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.hadoop..", "dev.heddle.pipemode.hadoop..");

  @ArchTest
  static final ArchRule CONTAINER_LAUNCHER_KNOWS_NEITHER_AM_NOR_CLIENT =
      noClasses()
          .that()
          .resideInAPackage("dev.heddle.containerlauncher..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("dev.heddle.am..", "dev.heddle.client..");

  @ArchTest
  static final ArchRule AM_KNOWS_NO_CLIENT =
      noClasses()
          .that()
          .resideInAPackage("dev.heddle.am..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.heddle.client..");

  @ArchTest
  static final ArchRule NOBODY_TOUCHES_WHAT_ONLY_HADOOPS_SHADED_JARS_HAVE =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.hadoop.shaded..", "com.google.protobuf..");

  @ArchTest
  static final ArchRule THE_SUPERVISOR_IS_A_PURE_FUNCTION =
      noClasses()
          .that()
          .resideInAPackage("dev.heddle.am.supervisor..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.io..",
              "java.nio..",
              "java.net..",
              "java.util.concurrent..",
              "org.apache.hadoop..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule NOTHING_IS_CALLED_A_MANAGER_OR_A_HELPER =
      classes()
          .should()
          .haveSimpleNameNotEndingWith("Manager")
          .andShould()
          .haveSimpleNameNotEndingWith("Helper")
          .andShould()
          .haveSimpleNameNotEndingWith("Utils");
}
