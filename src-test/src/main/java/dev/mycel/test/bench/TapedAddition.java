package dev.mycel.test.bench;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import java.util.List;
import java.util.function.Supplier;

/**
 * Adds four numbers again and again while a gradient is being recorded; what one addition costs is
 * a call divided by {@link #CALLS}.
 */
final class TapedAddition implements Runnable {
  /** Additions in one recording. */
  static final int CALLS = 1000;

  private final Supplier<?> recording;
  private Object last = List.of();

  TapedAddition(Variable a, Tensor b) {
    var loop =
        Autograd.valueAndGrad(
            () -> {
              Tensor x = a.value();
              Tensor last = x;
              for (int i = 0; i < CALLS; i++) {
                last = x.add(b);
              }
              return last;
            },
            List.of(a));
    recording = loop;
  }

  /** What the last recording gave. */
  Object last() {
    return last;
  }

  @Override
  public void run() {
    last = recording.get();
  }
}
