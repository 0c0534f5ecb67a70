package dev.mycel.spec;

import dev.mycel.test.BackendTck;

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
}
