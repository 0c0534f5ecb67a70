package dev.mycel.onednn;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions of 3 by 3 and their gradients by Winograd's F(2x2, 3x3), where that was measured to
 * be faster than the library's direct ones. A tile spreads NaN and infinities, and may overflow on
 * the way: a result that is not finite everywhere is thrown away and computed directly.
 */
final class WinogradKernels {
  /** All convolutions are direct ones if this property is {@code false}. */
  private static final boolean ON = !"false".equals(System.getProperty("mycel.winograd"));

  private static final int KERNEL = 3;

  /** Channels from which the products outweigh the transforms. */
  private static final long CHANNELS = 64;

  /** Tiles from which the saved products outweigh the weight's transform... */
  private static final long TILES = 128;

  /** ... and tiles times channels from which they outweigh the tiles' own. */
  private static final long ROWS = 1 << 14;

  /** Of a row: what a thread keeps of one has to fit its caches. */
  private static final long ACROSS = 64;

  /** What a kept copy of a weight is. */
  private enum Use {
    FORWARD,
    TURNED
  }

  private WinogradKernels() {}

  static void register(KernelTable table) {
    String note = "Winograd, channels-last: float32, 3x3, 64 channels or more";
    table.put(
        Prims.CONV, Access.STRIDED, note, call -> ON && takes(call), WinogradKernels::forward);
    table.put(
        Prims.CONV_INPUT_GRAD,
        Access.STRIDED,
        note,
        call -> ON && takesInputGrad(call),
        WinogradKernels::inputGrad);
    table.put(
        Prims.CONV_WEIGHT_GRAD,
        Access.STRIDED,
        note,
        call -> ON && takesWeightGrad(call),
        WinogradKernels::weightGrad);
  }

  static boolean takes(KernelCall<Attrs.Conv> call) {
    Shape y = call.outputType(0).shape();
    return takes(call, call.attrs(), call.input(1).shape())
        && (call.inputCount() < 3 || call.input(2).dtype() == DType.FLOAT32)
        && pays(call.input(0).shape(), y);
  }

  static boolean takesInputGrad(KernelCall<Attrs.ConvGrad> call) {
    Shape dy = call.input(0).shape();
    return takes(call, call.attrs().conv(), call.input(1).shape())
        && pays(dy, call.outputType(0).shape());
  }

  static boolean takesWeightGrad(KernelCall<Attrs.ConvGrad> call) {
    return takes(call, call.attrs().conv(), call.attrs().shape())
        && pays(call.input(0).shape(), call.input(1).shape());
  }

  private static boolean takes(KernelCall<?> call, Attrs.Conv conv, Shape w) {
    boolean fits =
        conv.spatial() == 2
            && conv.groups() == 1
            && call.input(0).dtype() == DType.FLOAT32
            && call.input(1).dtype() == DType.FLOAT32
            && call.outputType(0).dtype() == DType.FLOAT32
            && ConvolutionKernels.takes(call, conv);
    for (int i = 0; fits && i < 2; i++) {
      fits =
          w.dim(i + 2) == KERNEL
              && conv.strides()[i] == 1
              && conv.dilation()[i] == 1
              && conv.padLow()[i] < KERNEL
              && conv.padHigh()[i] < KERNEL;
    }
    return fits && isAddressable(w.size() * 2);
  }

  /** Whether a convolution of a source to a result is large enough. */
  private static boolean pays(Shape source, Shape result) {
    long across = (result.dim(3) + 1) / 2;
    long tiles = result.dim(0) * ((result.dim(2) + 1) / 2) * across;
    long channels = Math.min(source.dim(1), result.dim(1));
    return channels >= CHANNELS
        && tiles >= TILES
        && tiles * channels >= ROWS
        && across <= ACROSS
        && isAddressable(source.size())
        && isAddressable(result.size())
        && occupies(tiles, source.dim(1) * result.dim(1));
  }

  /** Whether there is work for every thread: a group is one thread's. */
  private static boolean occupies(long tiles, long weight) {
    return WinogradConvolution.byPosition(weight)
        || tiles >= (long) WinogradConvolution.GROUP * OmpThreads.count();
  }

  private static boolean isAddressable(long floats) {
    return floats <= NativeBlock.VIEW / Float.BYTES;
  }

  static void forward(KernelCall<Attrs.Conv> call) {
    Attrs.Conv conv = call.attrs();
    Shape y = call.outputType(0).shape();
    WinogradShape shape =
        WinogradShape.of(call.input(0).shape(), y, conv.padLow()[0], conv.padLow()[1]);
    Buffer bias = call.inputCount() == 3 ? call.input(2) : null;
    if (!convolve(call, shape, Use.FORWARD, bias)) {
      ConvolutionKernels.forward(call);
    }
  }

  private static float @Nullable [] vector(Staging staging, @Nullable Buffer b) {
    if (b == null) {
      return null;
    }
    float[] values = new float[(int) b.size()];
    long address = staging.address(b, Layout.contiguous(b.shape()));
    NativeBlock.floats(address, values.length).get(0, values);
    return values;
  }

  /** The convolution of the result's gradient with the weight turned by half a circle. */
  static void inputGrad(KernelCall<Attrs.ConvGrad> call) {
    Attrs.Conv conv = call.attrs().conv();
    Shape x = call.outputType(0).shape();
    int border = KERNEL - 1;
    WinogradShape shape =
        WinogradShape.of(
            call.input(0).shape(), x, border - conv.padLow()[0], border - conv.padLow()[1]);
    if (!convolve(call, shape, Use.TURNED, null)) {
      ConvolutionKernels.inputGrad(call);
    }
  }

  /** Convolves input 0 with input 1; without an output if something is not finite. */
  private static boolean convolve(
      KernelCall<?> call, WinogradShape shape, Use use, @Nullable Buffer bias) {
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    Buffer source = call.input(0);
    Layout layout = Layouts.channelsLast(call.outputType(0).shape());
    NativeStorage result = backend.allocateNative(DType.FLOAT32, layout.shape().size());
    boolean finite = false;
    try (Staging staging = new Staging(call)) {
      long from = staging.address(source, Layouts.channelsLast(source.shape()));
      long weight = weight(backend, staging, call.input(1), use);
      float[] vector = vector(staging, bias);
      finite =
          new WinogradConvolution(shape, backend, staging, from, weight, result.address(), vector)
              .run();
    } finally {
      if (finite) {
        call.output(0, result, layout);
      } else {
        result.release();
      }
    }
    return finite;
  }

  /** Where the transformed weight is; it is kept if the same content is used again. */
  private static long weight(OneDnnBackend backend, Staging staging, Buffer w, Use use) {
    long size = WinogradShape.POSITIONS * w.shape().dim(0) * w.shape().dim(1);
    NativeStorage kept =
        DerivedCopies.retained(
            w,
            use,
            () -> {
              NativeStorage made = backend.allocateNative(DType.FLOAT32, size);
              transform(backend, w, use, NativeBlock.floats(made.address(), size));
              return made;
            });
    if (kept != null) {
      staging.releaseLater(kept);
      return kept.address();
    }
    NativeBlock block = staging.take(size * Float.BYTES);
    transform(backend, w, use, block.floats());
    return block.address();
  }

  private static void transform(OneDnnBackend backend, Buffer w, Use use, FloatBuffer to) {
    long out = w.shape().dim(0);
    long in = w.shape().dim(1);
    boolean turned = use == Use.TURNED;
    try (Staging staging = new Staging(backend)) {
      NativeBlock planes = staging.take(w.size() * Float.BYTES);
      Desc plain = Desc.of(w);
      backend
          .reorder()
          .run(
              plain, staging.address(w), WinogradWeights.planes(out, in, turned), planes.address());
      WinogradWeights.transform(planes.floats(), (int) (out * in), turned, to);
    }
  }

  static void weightGrad(KernelCall<Attrs.ConvGrad> call) {
    Attrs.Conv conv = call.attrs().conv();
    Buffer x = call.input(0);
    Buffer dy = call.input(1);
    Shape w = call.attrs().shape();
    WinogradShape shape =
        WinogradShape.of(x.shape(), dy.shape(), conv.padLow()[0], conv.padLow()[1]);
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    boolean finite;
    try (Staging staging = new Staging(call)) {
      long input = staging.address(x, Layouts.channelsLast(x.shape()));
      long gradient = staging.address(dy, Layouts.channelsLast(dy.shape()));
      NativeBlock planes = staging.take(w.size() * Float.BYTES);
      finite =
          new WinogradWeightGrad(shape, backend, staging, input, gradient).run(planes.floats());
      if (finite) {
        Desc from = WinogradWeights.planes(w.dim(0), w.dim(1), false);
        Desc to = Desc.dense(DType.FLOAT32, w.dims());
        backend.reorder().run(from, planes.address(), to, staging.output(call, 0));
      }
    }
    if (!finite) {
      ConvolutionKernels.weightGrad(call);
    }
  }
}
