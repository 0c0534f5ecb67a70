package dev.mycel.core.spi;

import java.util.List;

/**
 * Computes a primitive on one backend. Everything has been checked before: shapes and dtypes fit
 * the primitive's rule. A kernel must allocate every output through the call, and must not keep
 * buffers.
 *
 * @param <A> record type of the primitive's attributes
 */
@FunctionalInterface
public interface Kernel<A> {
  /** Fills the outputs. */
  void run(KernelCall<A> call);

  /**
   * Fills the outputs of several calls, none of which uses another's outputs, all of them in
   * donated inputs. A kernel overrides it where one pass over all of them costs less than a pass
   * over each.
   */
  default void runAll(List<KernelCall<A>> calls) {
    for (KernelCall<A> call : calls) {
      run(call);
    }
  }
}
