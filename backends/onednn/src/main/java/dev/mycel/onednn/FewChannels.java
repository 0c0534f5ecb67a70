package dev.mycel.onednn;

import dev.mycel.core.Shape;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Chooses between the library's implementations of a convolution that has few channels, as first
 * layers do. The newer ones, which the library prefers, make small products of channels that they
 * pad; the older ones run through the positions of the kernel, too. With AVX-512 the older ones are
 * the faster ones here: 64 images of 28 x 28 from 1 to 6 channels by 5 x 5 take 175 us instead of
 * 310, the input's gradient of 14 x 14 from 6 to 16 takes 350 instead of 550, and in bfloat16 180
 * instead of 660.
 */
final class FewChannels {
  /** Channels of the input of a convolution: from 8 to 8 the newer one is ahead again. */
  private static final long OF_INPUT = 8;

  /** Channels on the side that has fewer, for gradients of inputs. */
  private static final long OF_GRADIENT = 16;

  private FewChannels() {}

  /** Whether it is a convolution of that kind: ungrouped, and by more than one position. */
  static boolean are(Shape w, int groups, boolean gradient) {
    long outputs = w.dim(0);
    long inputs = w.dim(1);
    boolean few = gradient ? Math.min(inputs, outputs) < OF_GRADIENT : inputs < OF_INPUT;
    return few && groups == 1 && w.size() > outputs * inputs && Dnnl.hasAvx512();
  }

  /** The older implementation, or the given one where there is none; the other is destroyed. */
  static dnnl_primitive_desc older(dnnl_primitive_desc first) {
    String name = Compiled.implementation(first);
    if (!name.startsWith("brg") || name.contains("amx")) {
      return first;
    }
    return Compiled.select(
        first, other -> other.startsWith("jit:avx512") || other.startsWith("jit_bf16:avx512"));
  }
}
