package dev.mycel.spec;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.test.GradCheck;
import dev.mycel.test.OpSample;
import dev.mycel.test.OpSamples;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Gradients of every sample against finite differences in float64 on the reference backend, orders
 * one and two.
 */
final class GradientsTest {
  private static final long[] SEEDS = {11, 12};
  private String before = "";

  @BeforeEach
  void useReference() {
    before = Interpreters.root().device().backend();
    Interpreters.root().useBackend("reference");
  }

  @AfterEach
  void restore() {
    Interpreters.root().useBackend(before);
  }

  @TestFactory
  Stream<DynamicTest> gradientsAndTheirDerivativesAgreeWithDifferences() {
    return OpSamples.all().stream()
        .filter(row -> row.gradOrder() > 0 && row.dtypes().contains(DType.FLOAT64))
        .map(row -> dynamicTest(row.name(), () -> check(row)));
  }

  private static void check(OpSample<?> row) {
    if (row.pinned() != null) {
      GradCheck.checkPinned(row, DType.FLOAT64);
      return;
    }
    for (long seed : SEEDS) {
      GradCheck.check(row, DType.FLOAT64, row.gradOrder(), seed);
    }
  }
}
