package dev.mycel.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Primitive;
import org.junit.jupiter.api.Test;

/** The backend that others are measured by is whole. */
final class ReferenceCoverageTest {
  @Test
  void everyPrimitiveThatIsNoCompositeHasAKernel() {
    for (Primitive<?> p : Primitive.all()) {
      assertTrue(p.isComposite() || ReferenceCalls.BACKEND.kernels().has(p), p + " has no kernel");
    }
  }

  @Test
  void theBackendHasOneThreadAndNothingOutsideTheHeap() {
    assertEquals(1, ReferenceCalls.BACKEND.threads());
    assertThrows(ArgumentException.class, () -> ReferenceCalls.BACKEND.threads(0));
    assertThrows(ArgumentException.class, () -> ReferenceCalls.BACKEND.memoryBudget(0));
    assertEquals(0, ReferenceCalls.BACKEND.memory().liveBytes());
    assertTrue(new ReferenceProvider().probe().available());
  }
}
