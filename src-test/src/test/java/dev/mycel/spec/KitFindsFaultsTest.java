package dev.mycel.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.mycel.core.DType;
import dev.mycel.spec.FaultyBackend.Fault;
import dev.mycel.test.BackendTck;
import dev.mycel.test.OpSample;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The conformance kit fails for backends that are wrong, and says how to see it again. */
final class KitFindsFaultsTest {
  /** The kit on the faulty backend; no test of its own, as it is nested and named otherwise. */
  static final class Kit extends BackendTck {
    @Override
    protected String backend() {
      return "faulty";
    }

    @Override
    protected @Nullable String leavesOut(OpSample<?> row, DType dtype) {
      return dtype == DType.FLOAT16 ? "there is no float16 on it" : null;
    }
  }

  @AfterEach
  void withoutFault() {
    FaultyBackend.fault = Fault.NONE;
    System.clearProperty("mycel.tck.only");
  }

  private static TestExecutionSummary run(Fault fault, String rows, String test) {
    FaultyBackend.fault = fault;
    System.setProperty("mycel.tck.only", rows);
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    var request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectMethod(Kit.class.getName() + "#" + test))
            .build();
    LauncherFactory.create().execute(request, listener);
    return listener.getSummary();
  }

  private static List<String> failed(Fault fault, String rows, String test) {
    return run(fault, rows, test).getFailures().stream()
        .map(f -> f.getTestIdentifier().getDisplayName())
        .toList();
  }

  private static final String RESULTS = "resultsAreRightInEveryTypeAndLayout";

  @Test
  void withoutAFaultNothingFails() {
    for (String test : List.of(RESULTS, "mistakesDoNoDamage", "manySmallNumbersAddUp")) {
      assertEquals(List.of(), failed(Fault.NONE, "reduce_sum", test));
    }
  }

  @Test
  void aKernelThatForgetsLayoutsFailsInAllButTheContiguousOne() {
    List<String> failed = failed(Fault.FORGETS_LAYOUTS, "add", RESULTS);
    for (String layout : List.of("transposed", "stepped", "offset", "flipped", "broadcast")) {
      assertTrue(failed.contains(layout), layout + " is not among " + failed);
    }
    assertTrue(!failed.contains("contiguous"), failed.toString());
  }

  @Test
  void aFailureSaysHowToRunItAgain() {
    Throwable first =
        run(Fault.FORGETS_LAYOUTS, "add", RESULTS).getFailures().get(0).getException();
    assertTrue(
        first
            .getMessage()
            .endsWith("again: -Dtest=Kit -Dmycel.tck.seed=20260101 '-Dmycel.tck.only=add'"),
        first.getMessage());
  }

  @Test
  void aSumThatDriftsFails() {
    assertEquals(
        List.of("float32"),
        failed(Fault.DRIFTS, "reduce_sum of everything", "manySmallNumbersAddUp"));
  }

  @Test
  void indicesThatAreNotCheckedFail() {
    List<String> failed = failed(Fault.WRAPS_INDICES, "", "mistakesDoNoDamage");
    assertEquals(4, failed.size(), failed.toString());
    assertTrue(failed.stream().allMatch(name -> name.startsWith("take: ")), failed.toString());
  }

  @Test
  void memoryThatThreadsShareFails() {
    assertEquals(1, failed(Fault.SHARES_MEMORY, "", "threadsReadTheSameTensors").size());
  }

  @Test
  void whatIsLeftOutIsSkippedAndNeitherPassesNorFails() {
    TestExecutionSummary summary = run(Fault.NONE, "square_sum (of a scalar)", RESULTS);
    assertEquals(1, summary.getTestsAbortedCount());
    assertEquals(0, summary.getTestsFailedCount());
    assertTrue(summary.getTestsSucceededCount() >= 3, "the other types pass");
  }
}
