package dev.mycel.onednn;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.KernelCall;
import java.nio.ByteBuffer;

/**
 * The gradient of a convolution's weight as one product: what each output position has seen, a
 * patch of the input, is gathered into a row, and the rows are multiplied by the gradients of those
 * positions.
 *
 * <p>The library's own kernel runs along the rows of an image. In half types it falls to a third of
 * the product's rate where those are short or a stride parts them.
 */
final class PatchWeightGrad {
  /** Output positions of an image up to which the library's kernel is the slower one. */
  private static final long FEW = 16;

  /** Channels from which the product is near its full rate. */
  private static final long CHANNELS = 32;

  /** Bytes of all patches at most. */
  private static final long MOST = 64L << 20;

  /** Bytes of patches that a thread gathers at a time, more than what a thread costs to wake. */
  private static final long PIECE = 256 << 10;

  private final Attrs.Conv conv;
  private final int height;
  private final int width;
  private final int outHeight;
  private final int outWidth;
  private final int kernelHeight;

  /** Bytes of an input position. */
  private final int pixel;

  /** Bytes that the positions under one row of the kernel take. */
  private final int run;

  private final ByteBuffer source;
  private final ByteBuffer patches;
  private final ByteBuffer zeros;

  private PatchWeightGrad(
      Attrs.Conv conv,
      Shape x,
      Shape w,
      Shape y,
      int elementBytes,
      ByteBuffer source,
      ByteBuffer patches,
      ByteBuffer zeros) {
    this.conv = conv;
    height = (int) x.dim(2);
    width = (int) x.dim(3);
    outHeight = (int) y.dim(2);
    outWidth = (int) y.dim(3);
    kernelHeight = (int) w.dim(2);
    pixel = (int) x.dim(1) * elementBytes;
    run = (int) w.dim(3) * pixel;
    this.source = source;
    this.patches = patches;
    this.zeros = zeros;
  }

  /**
   * Whether the product is the faster way: bfloat16, weight gradient of 512 x 512 x 3 x 3 over 32
   * images of 4 x 4: 6.2 ms against 9.3; of 256 x 128 x 3 x 3 with stride 2 over 16 x 16: 3.3
   * against 7.8, gathering left out; with stride 1 over 8 x 8 both take 6.5, and over larger ones
   * the kernel is ahead. In float32 the product never is.
   */
  static boolean serves(KernelCall<Attrs.ConvGrad> call) {
    Attrs.Conv c = call.attrs().conv();
    Shape x = call.input(0).shape();
    Shape w = call.attrs().shape();
    DType t = call.input(0).dtype();
    if (t == DType.FLOAT32 || !Dnnl.computes(t) || c.spatial() != 2 || c.groups() != 1) {
      return false;
    }
    Shape y = call.input(1).shape();
    long positions = y.dim(2) * y.dim(3);
    long taps = w.dim(2) * w.dim(3);
    boolean parted = c.strides()[0] > 1 || c.strides()[1] > 1;
    return taps > 1
        && (parted || positions <= FEW)
        && c.dilation()[1] == 1
        && Math.min(w.dim(0), w.dim(1)) >= CHANNELS
        && y.dim(0) * positions * taps * w.dim(1) * t.bytes() <= MOST
        && x.size() * t.bytes() <= Integer.MAX_VALUE;
  }

  static void run(KernelCall<Attrs.ConvGrad> call) {
    Shape x = call.input(0).shape();
    Shape y = call.input(1).shape();
    Shape w = call.attrs().shape();
    DType t = call.input(0).dtype();
    DType result = call.outputType(0).dtype();
    long positions = y.dim(0) * y.dim(2) * y.dim(3);
    long patch = w.dim(1) * w.dim(2) * w.dim(3);
    OneDnnBackend backend = (OneDnnBackend) call.backend();
    try (Staging staging = new Staging(call)) {
      long input = staging.address(call.input(0), Layouts.channelsLast(x));
      long gradient = staging.address(call.input(1), Layouts.channelsLast(y));
      long patches = staging.temporary(t, positions * patch);
      long zeros = staging.zeros(t, w.dim(1) * w.dim(3));
      new PatchWeightGrad(
              call.attrs().conv(),
              x,
              w,
              y,
              t.bytes(),
              NativeBlock.bytes(input, x.size() * t.bytes()),
              NativeBlock.bytes(patches, positions * patch * t.bytes()),
              NativeBlock.bytes(zeros, w.dim(1) * w.dim(3) * t.bytes()))
          .gather(y.dim(0) * y.dim(2));
      long product = staging.temporary(result, w.dim(0) * patch);
      ContractionKernels.multiply(
          backend,
          Desc.of(t, new long[] {w.dim(0), positions}, new long[] {1, w.dim(0)}),
          gradient,
          Desc.dense(t, positions, patch),
          patches,
          Desc.dense(result, w.dim(0), patch),
          product);
      Desc asProduct = Desc.of(result, Layouts.channelsLast(w));
      long target = staging.output(call, 0);
      backend.reorder().run(asProduct, product, Desc.of(result, Layout.contiguous(w)), target);
    }
  }

  private void gather(long rows) {
    long row = (long) outWidth * kernelHeight * run;
    Team.run(
        rows,
        Math.max(1, PIECE / row),
        (from, end) -> {
          for (long r = from; r < end; r++) {
            gatherRow((int) (r / outHeight), (int) (r % outHeight), (int) (r * row));
          }
        });
  }

  /** The patches of one row of output positions. */
  private void gatherRow(int image, int row, int to) {
    int at = to;
    for (int column = 0; column < outWidth; column++) {
      int left = (int) (column * conv.strides()[1] - conv.padLow()[1]);
      for (int k = 0; k < kernelHeight; k++) {
        long line = row * conv.strides()[0] - conv.padLow()[0] + k * conv.dilation()[0];
        if (line < 0 || line >= height) {
          patches.put(at, zeros, 0, run);
        } else {
          gatherRun((int) ((image * (long) height + line) * width) * pixel, left, at);
        }
        at += run;
      }
    }
  }

  /** What lies under one row of the kernel, with zeros where that is outside the image. */
  private void gatherRun(int line, int left, int to) {
    int before = Math.min(Math.max(-left * pixel, 0), run);
    int from = Math.max(left, 0) * pixel;
    int inside = Math.max(0, Math.min(width * pixel - from, run - before));
    int after = run - before - inside;
    if (before > 0) {
      patches.put(to, zeros, 0, before);
    }
    if (inside > 0) {
      patches.put(to + before, source, line + from, inside);
    }
    if (after > 0) {
      patches.put(to + before + inside, zeros, 0, after);
    }
  }
}
