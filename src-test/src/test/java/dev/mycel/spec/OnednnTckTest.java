package dev.mycel.spec;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mycel.core.Interpreters;
import dev.mycel.test.BackendTck;
import dev.mycel.test.TckResults;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;

/** The oneDNN backend passes the conformance kit wherever its native library loads. */
final class OnednnTckTest extends BackendTck {
  @BeforeAll
  static void needsTheNativeLibrary() {
    String state = Interpreters.root().backends().getOrDefault("onednn", "not on the class path");
    if (!state.startsWith("available")) {
      System.out.println("onednn is left out: " + state);
    }
    assumeTrue(state.startsWith("available"), state);
  }

  @Override
  protected String backend() {
    return "onednn";
  }

  @Override
  protected void finished(TckResults results) throws IOException, ReflectiveOperationException {
    ConformanceTable.everyKernelRan(results);
    ConformanceTable.hold(results);
  }
}
