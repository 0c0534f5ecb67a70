package dev.mycel.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.mycel.core.Interpreters;
import dev.mycel.core.Mycel;
import dev.mycel.core.Profile;
import dev.mycel.core.Random;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs test classes with the annotation by JUnit's launcher and looks at what comes out. */
class MycelExtensionTest {
  private static final int LARGE = 100_000;

  /** What the fixtures have seen. */
  private static final List<String> SEEN = Collections.synchronizedList(new ArrayList<>());

  private static final List<Object> KEPT = Collections.synchronizedList(new ArrayList<>());

  @BeforeEach
  void nothingSeen() {
    Mycel.setBackend("onednn");
    SEEN.clear();
  }

  @AfterEach
  void nothingKept() {
    KEPT.clear();
    Mycel.setBackend("onednn");
  }

  private static TestExecutionSummary run(Class<?>... fixtures) {
    return run(Map.of(), fixtures);
  }

  private static TestExecutionSummary run(Map<String, String> configuration, Class<?>... fixtures) {
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    var request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(Arrays.stream(fixtures).map(f -> selectClass(f)).toList())
            .configurationParameters(configuration)
            .build();
    LauncherFactory.create().execute(request, listener);
    return listener.getSummary();
  }

  private static void passes(int tests, TestExecutionSummary summary) {
    assertEquals(
        List.of(), summary.getFailures().stream().map(f -> f.getException().toString()).toList());
    assertEquals(tests, summary.getTestsSucceededCount());
  }

  private static Throwable onlyFailure(TestExecutionSummary summary) {
    assertEquals(1, summary.getFailures().size(), "failures");
    return summary.getFailures().get(0).getException();
  }

  private static String draw() {
    return Random.randn(3).toString();
  }

  // ---- seeds and backends -----------------------------------------------------------------------

  @MycelTest(seed = 7, backend = "reference")
  static class Seeded {
    private final String field = draw();

    @Test
    void one() {
      SEEN.add(Mycel.backend() + field + draw());
    }

    @Test
    void two() {
      SEEN.add(Mycel.backend() + field + draw());
    }
  }

  @Test
  void everyTestBeginsWithTheSeedOnItsBackend() {
    passes(2, run(Seeded.class));
    assertEquals(SEEN.get(0), SEEN.get(1));
    assertTrue(SEEN.get(0).startsWith("reference"));
    assertEquals("onednn", Mycel.backend());
    Mycel.setSeed(7);
    assertEquals("reference" + draw() + draw(), SEEN.get(0), "the instance is made after seeding");
  }

  static class SeededMethods {
    @Test
    @MycelTest(seed = 7, backend = "reference")
    void seeded() {
      SEEN.add(Mycel.backend() + draw());
    }

    @Test
    void plain() {
      SEEN.add(Mycel.backend());
    }
  }

  @Test
  void theAnnotationStandsOnMethodsToo() {
    passes(2, run(SeededMethods.class));
    Mycel.setSeed(7);
    assertEquals(Set.of("onednn", "reference" + draw()), Set.copyOf(SEEN));
  }

  @MycelTest(seed = 3)
  static class OverriddenMethod {
    @Test
    @MycelTest(seed = 4, backend = "reference")
    void one() {
      SEEN.add("4" + Mycel.backend() + draw());
    }

    @Test
    void two() {
      SEEN.add("3" + Mycel.backend() + draw());
    }
  }

  @Test
  void theMethodsAnnotationWins() {
    passes(2, run(OverriddenMethod.class));
    Mycel.setSeed(4);
    String four = "4reference" + draw();
    Mycel.setSeed(3);
    assertEquals(Set.of(four, "3onednn" + draw()), Set.copyOf(SEEN));
  }

  @MycelTest(seed = 5)
  static class Parameterized {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void each(int value) {
      SEEN.add(draw());
    }

    @RepeatedTest(2)
    void again() {
      SEEN.add(draw());
    }
  }

  @Test
  void parameterizedAndRepeatedTestsBeginWithTheSeedEachTime() {
    passes(5, run(Parameterized.class));
    assertEquals(5, SEEN.size());
    assertEquals(1, Set.copyOf(SEEN).size());
  }

  @MycelTest(seed = 5)
  static class Outer {
    private final String outer = draw();

    @Nested
    class Inner {
      private final String inner = draw();

      @Test
      void test() {
        SEEN.add(outer + inner + draw());
      }
    }
  }

  @Test
  void nestedClassesAreSeededOnce() {
    passes(1, run(Outer.class));
    Mycel.setSeed(5);
    assertEquals(List.of(draw() + draw() + draw()), SEEN);
  }

  @MycelTest(seed = 6)
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  static class OneInstance {
    private final Tensor held = Random.randn(LARGE);

    @Test
    void one() {
      SEEN.add(draw());
    }

    @Test
    void two() {
      SEEN.add(draw());
      assertEquals(LARGE, held.size());
    }
  }

  @Test
  void oneInstanceForAllMethodsIsSeededForEach() {
    passes(2, run(OneInstance.class));
    assertEquals(SEEN.get(0), SEEN.get(1));
  }

  @MycelTest(seed = MycelTest.FRESH)
  static class Fresh {
    @RepeatedTest(2)
    void test() {
      SEEN.add(String.valueOf(Mycel.getSeed().orElseThrow()));
    }
  }

  @Test
  void freshSeedsDiffer() {
    passes(2, run(Fresh.class));
    assertNotEquals(SEEN.get(0), SEEN.get(1));
  }

  // ---- failures ---------------------------------------------------------------------------------

  @MycelTest(seed = 9)
  static class Failing {
    @Test
    void test() {
      fail("no");
    }
  }

  @Test
  void aFailureTellsItsSeed() {
    Throwable failure = onlyFailure(run(Failing.class));
    assertEquals("no", failure.getMessage());
    assertEquals(
        "the seed of this run: @MycelTest(seed = 9L)", failure.getSuppressed()[0].toString());
  }

  @MycelTest
  static class LeavesAProfile {
    @Test
    void test() {
      Profile.open();
    }
  }

  @Test
  void anInterpreterLeftOnTheStackFailsItsTestAlone() {
    String message = onlyFailure(run(LeavesAProfile.class)).getMessage();
    assertTrue(message.startsWith("MycelTest: the test left an interpreter on the stack"), message);
    assertTrue(message.contains("left  Profile of"), message);
    assertEquals(Interpreters.root(), Interpreters.top());
  }

  // ---- memory -----------------------------------------------------------------------------------

  @MycelTest
  static class Leaking {
    @Test
    void test() {
      KEPT.add(Random.randn(LARGE));
    }
  }

  @MycelTest(leaks = false)
  static class LeakingOnPurpose {
    @Test
    void test() {
      KEPT.add(Random.randn(LARGE));
    }
  }

  @MycelTest
  static class Clean {
    private final Tensor before = Random.randn(LARGE);
    private Tensor during;

    @Test
    void test() {
      during = before.add(Random.randn(LARGE));
      assertEquals(LARGE, during.size());
    }
  }

  @MycelTest
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  static class LeakingClass {
    @Test
    void test() {
      KEPT.add(Random.randn(LARGE));
    }
  }

  @Test
  void memoryThatOutlivesATestFailsIt() {
    String message = onlyFailure(run(Leaking.class)).getMessage();
    assertTrue(message.startsWith("MycelTest: memory is still held after the test"), message);
    KEPT.clear();
    String ofClass = onlyFailure(run(LeakingClass.class)).getMessage();
    assertTrue(ofClass.startsWith("MycelTest: memory is still held after the test"), ofClass);
  }

  @Test
  void fieldsOfTheInstanceAndAllowedLeaksPass() {
    passes(1, run(Clean.class));
    passes(1, run(LeakingOnPurpose.class));
  }

  // ---- parallel execution -----------------------------------------------------------------------

  private static final AtomicInteger INSIDE = new AtomicInteger();
  private static final AtomicInteger MOST = new AtomicInteger();
  private static final Set<String> THREADS = Collections.synchronizedSet(new TreeSet<>());

  private static void work() {
    THREADS.add(Thread.currentThread().getName());
    MOST.accumulateAndGet(INSIDE.incrementAndGet(), Math::max);
    String drawn = draw();
    SEEN.add(drawn + draw());
    INSIDE.decrementAndGet();
  }

  @MycelTest(seed = 8)
  static class ParallelOne {
    @RepeatedTest(8)
    void test() {
      work();
    }
  }

  @MycelTest(seed = 8)
  static class ParallelTwo {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void test(int value) {
      work();
    }
  }

  @Test
  void inParallelExecutionSeededTestsDoNotMeet() {
    Map<String, String> parallel =
        Map.of(
            "junit.jupiter.execution.parallel.enabled", "true",
            "junit.jupiter.execution.parallel.mode.default", "concurrent",
            "junit.jupiter.execution.parallel.config.strategy", "fixed",
            "junit.jupiter.execution.parallel.config.fixed.parallelism", "4");
    THREADS.clear();
    MOST.set(0);
    passes(16, run(parallel, ParallelOne.class, ParallelTwo.class));
    assertEquals(1, MOST.get(), "tests at a time");
    assertEquals(1, Set.copyOf(SEEN).size());
    assertFalse(THREADS.contains(Thread.currentThread().getName()), "" + THREADS);
  }
}
