package dev.mycel.core.spi;

import java.util.List;

/**
 * A kernel that can take several calls together, where one pass over all of them costs less than
 * one over each.
 *
 * @param <A> record type of the primitive's attributes
 */
public interface GroupKernel<A> extends Kernel<A> {
  /**
   * Fills the outputs of several calls as {@link #run} fills those of each. None uses another's
   * outputs, and all outputs are donated inputs: the kernel must {@link KernelCall#reuse} them and
   * allocate none.
   */
  void runAll(List<KernelCall<A>> calls);
}
