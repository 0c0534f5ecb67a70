package dev.mycel.nd4j;

import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;

/** What the kernels share. */
final class Kernels {
  /** A call into ND4J costs some ten microseconds: below this, plain loops on copies are faster. */
  static final int SMALL = 1024;

  private Kernels() {}

  static Nd4jBackend backend(KernelCall<?> call) {
    return (Nd4jBackend) call.backend();
  }

  /** Whether ND4J's results of that type are right and exact enough: the half types' are not. */
  static boolean wide(DType t) {
    return t == DType.FLOAT32 || t == DType.FLOAT64;
  }

  /** Whether all inputs and the first output are of one wide type, and none of them is empty. */
  static boolean wide(KernelCall<?> call) {
    DType t = call.outputType(0).dtype();
    boolean fits = wide(t) && !call.outputType(0).shape().isEmpty();
    for (int i = 0; i < call.inputCount(); i++) {
      fits &= call.input(i).dtype() == t && call.input(i).size() > 0;
    }
    return fits;
  }

  /**
   * The sum of a wide input's absolute values, which is no less than any of them: NaN if one is
   * NaN, or if the elements do not lie together, in which case a copy is asked again.
   */
  static double absoluteSum(Buffer b) {
    return b.layout().isDense()
        ? Blas.absoluteSum(b.dtype(), NativeStorage.address(b), b.size())
        : Double.NaN;
  }

  /** Address of output i, newly allocated and row-major. */
  static long output(KernelCall<?> call, int i) {
    return NativeStorage.address(call.output(i));
  }

  /** Whether all inputs lie without gaps in one order of their axes. */
  static boolean aligned(KernelCall<?> call) {
    Layout first = call.input(0).layout();
    boolean same = first.isDense();
    for (int i = 1; same && i < call.inputCount(); i++) {
      same = first.sameStrides(call.input(i).layout());
    }
    return same;
  }

  /** A dense layout in the order of an input's axes. */
  static Layout like(Buffer b) {
    int[] order = b.layout().denseOrder();
    return order == null ? Layout.contiguous(b.shape()) : Layout.ordered(b.shape(), order);
  }
}
