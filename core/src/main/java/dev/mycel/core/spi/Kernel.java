package dev.mycel.core.spi;

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
}
