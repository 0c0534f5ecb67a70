package dev.mycel.spec;

import dev.mycel.test.BackendTck;
import dev.mycel.test.TckResults;
import java.io.IOException;

/**
 * The reference backend passes the conformance kit: against oracles, decompositions and itself in
 * other layouts.
 */
final class ReferenceTckTest extends BackendTck {
  @Override
  protected String backend() {
    return "reference";
  }

  @Override
  protected boolean layoutsMayChangeBits() {
    return false;
  }

  @Override
  protected void finished(TckResults results) throws IOException, ReflectiveOperationException {
    ConformanceTable.everyKernelRan(results);
    ConformanceTable.hold(results);
  }
}
