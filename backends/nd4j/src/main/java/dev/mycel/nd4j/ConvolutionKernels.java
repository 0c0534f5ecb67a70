package dev.mycel.nd4j;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.util.Arrays;

/**
 * Convolutions of one and two spatial axes, row-major, padded alike on both sides. Groups and three
 * axes are left to the host.
 */
final class ConvolutionKernels {
  private static final String NOTE = ", 1 or 2 spatial axes, one group, even padding";

  private ConvolutionKernels() {}

  static void register(KernelTable table) {
    table.put(
        Prims.CONV,
        Access.CONTIGUOUS,
        "conv2d" + NOTE,
        call -> takes(call, call.attrs(), call.input(0).shape(), call.outputType(0).shape()),
        ConvolutionKernels::conv);
    table.put(
        Prims.CONV_INPUT_GRAD,
        Access.CONTIGUOUS,
        "conv2d_input_bp" + NOTE,
        call -> takes(call, call.attrs().conv(), call.outputType(0).shape(), call.input(0).shape()),
        ConvolutionKernels::inputGrad);
    table.put(
        Prims.CONV_WEIGHT_GRAD,
        Access.CONTIGUOUS,
        "conv2d_bp" + NOTE,
        call -> takes(call, call.attrs().conv(), call.input(0).shape(), call.input(1).shape()),
        ConvolutionKernels::weightGrad);
  }

  private static boolean takes(KernelCall<?> call, Attrs.Conv a, Shape image, Shape result) {
    return Kernels.wide(call)
        && a.groups() == 1
        && a.spatial() <= 2
        && Arrays.equals(a.padLow(), a.padHigh())
        && Arrays.stream(a.padLow()).allMatch(p -> p >= 0)
        && image.size() < Integer.MAX_VALUE
        && result.size() < Integer.MAX_VALUE;
  }

  /** An image or weight of one spatial axis as one of two, the first of extent one. */
  static Shape plane(Shape s) {
    return s.rank() == 4 ? s : Shape.of(s.dim(0), s.dim(1), 1, s.dim(2));
  }

  /** An entry for the vertical and one for the horizontal axis. */
  static long[] both(long[] perAxis, long missing) {
    return perAxis.length == 2 ? perAxis : new long[] {missing, perAxis[0]};
  }

  /** Extents, strides, padding, dilation; no same mode, channels first, weights [O, C, h, w]. */
  private static long[] arguments(Attrs.Conv a, Shape weight) {
    Shape w = plane(weight);
    long[] s = both(a.strides(), 1);
    long[] p = both(a.padLow(), 0);
    long[] d = both(a.dilation(), 1);
    return new long[] {w.dim(2), w.dim(3), s[0], s[1], p[0], p[1], d[0], d[1], 0, 0, 1};
  }

  private static void conv(KernelCall<Attrs.Conv> call) {
    Buffer x = call.input(0);
    Buffer w = call.input(1);
    DType t = x.dtype();
    long to = Kernels.output(call, 0);
    try (Call op = new Call(Kernels.backend(call), "conv2d")) {
      op.in(t, plane(x.shape()), NativeStorage.address(x))
          .in(t, plane(w.shape()), NativeStorage.address(w));
      if (call.inputCount() == 3) {
        op.in(t, call.input(2).shape(), NativeStorage.address(call.input(2)));
      }
      op.out(t, plane(call.outputType(0).shape()), to)
          .integers(arguments(call.attrs(), w.shape()))
          .run();
    }
  }

  private static void inputGrad(KernelCall<Attrs.ConvGrad> call) {
    Buffer dy = call.input(0);
    Buffer w = call.input(1);
    DType t = dy.dtype();
    Shape image = plane(call.outputType(0).shape());
    long to = Kernels.output(call, 0);
    try (Call op = new Call(Kernels.backend(call), "conv2d_input_bp")) {
      op.in(Shape.of(4), image.dims())
          .in(t, plane(w.shape()), NativeStorage.address(w))
          .in(t, plane(dy.shape()), NativeStorage.address(dy))
          .out(t, image, to)
          .integers(arguments(call.attrs().conv(), w.shape()))
          .run();
    }
  }

  /** ND4J computes the input's gradient along with the weight's; it is thrown away. */
  private static void weightGrad(KernelCall<Attrs.ConvGrad> call) {
    Buffer x = call.input(0);
    Buffer dy = call.input(1);
    DType t = x.dtype();
    Shape weight = plane(call.outputType(0).shape());
    long to = Kernels.output(call, 0);
    Nd4jBackend backend = Kernels.backend(call);
    long bytes = weight.size() * t.bytes();
    NativeBlock unused = backend.pool().take(x.size() * t.bytes());
    NativeBlock zeros = backend.pool().take(bytes);
    try (Call op = new Call(backend, "conv2d_bp")) {
      // The weight itself does not matter to its own gradient, but must not hold NaN.
      org.bytedeco.javacpp.Pointer.memset(Memory.at(zeros.address(), bytes), 0, bytes);
      op.in(t, plane(x.shape()), NativeStorage.address(x))
          .in(t, weight, zeros.address())
          .in(t, plane(dy.shape()), NativeStorage.address(dy))
          .out(t, plane(x.shape()), unused.address())
          .out(t, weight, to)
          .integers(arguments(call.attrs().conv(), weight))
          .run();
    } finally {
      backend.pool().give(unused);
      backend.pool().give(zeros);
    }
  }
}
