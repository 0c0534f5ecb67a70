package dev.mycel.nd4j;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import java.util.Arrays;

/**
 * Largest of each window and its place there, float32 without NaN. ND4J tells places in the image
 * instead of places in the window, and to look for them again costs more than to find both at once.
 */
final class MaxPool {
  /** Elements of the channels that are copied at a time: they stay in the first-level cache. */
  private static final int GROUP = 1 << 12;

  /** Elements that a thread takes at a time. */
  private static final int PIECE = 1 << 16;

  private final int height;
  private final int width;
  private final int outHeight;
  private final int outWidth;
  private final long[] size;
  private final long[] strides;
  private final long[] low;
  private final int group;
  private final float[] image;
  private final float[] tops;
  private final byte[] places;

  private MaxPool(Attrs.Window a, Shape in, Shape out) {
    height = (int) in.dim(2);
    width = (int) in.dim(3);
    outHeight = (int) out.dim(2);
    outWidth = (int) out.dim(3);
    size = ConvolutionKernels.both(a.size(), 1);
    strides = ConvolutionKernels.both(a.strides(), 1);
    low = ConvolutionKernels.both(a.padLow(), 0);
    int plane = Math.max(height * width, outHeight * outWidth);
    group = (int) Math.min(in.dim(0) * in.dim(1), Math.max(1, GROUP / plane));
    image = new float[group * height * width];
    tops = new float[group * outHeight * outWidth];
    places = new byte[tops.length];
  }

  /** Whether each window has an element of the image, and its places fit in a byte. */
  static boolean takes(KernelCall<Attrs.Window> call) {
    Attrs.Window a = call.attrs();
    Buffer x = call.input(0);
    boolean fits =
        x.dtype() == DType.FLOAT32
            && a.size().length <= 2
            && !x.shape().isEmpty()
            && call.outputType(1).dtype() == DType.UINT8
            && !call.outputType(0).shape().isEmpty();
    long plane = 1;
    for (int i = 0; fits && i < a.size().length; i++) {
      fits = a.padLow()[i] >= 0 && a.padLow()[i] < a.size()[i] && a.padHigh()[i] < a.size()[i];
      fits &= a.dilation()[i] == 1;
      plane *= Math.max(x.shape().dim(i + 2), call.outputType(0).shape().dim(i + 2));
    }
    return fits && plane < Integer.MAX_VALUE / 2 && !Double.isNaN(Kernels.absoluteSum(x));
  }

  static void run(KernelCall<Attrs.Window> call) {
    Buffer x = call.input(0);
    Shape in = ConvolutionKernels.plane(x.shape());
    Shape out = ConvolutionKernels.plane(call.outputType(0).shape());
    long to = Kernels.output(call, 0);
    long toPlaces = Kernels.output(call, 1);
    long from = NativeStorage.address(x);
    long plane = Math.max(in.dim(2) * in.dim(3), out.dim(2) * out.dim(3));
    Team.run(
        Kernels.backend(call),
        in.dim(0) * in.dim(1),
        Math.max(1, PIECE / plane),
        (first, end) ->
            new MaxPool(call.attrs(), in, out).channels(first, end, from, to, toPlaces));
  }

  private void channels(long first, long end, long from, long to, long toPlaces) {
    int inSize = height * width;
    int outSize = outHeight * outWidth;
    for (long c = first; c < end; c += group) {
      int n = (int) Math.min(group, end - c);
      Memory.read(from + c * inSize * Float.BYTES, Float.BYTES, image, 0, n * inSize);
      for (int i = 0; i < n; i++) {
        channel(i * inSize, i * outSize);
      }
      Memory.write(to + c * outSize * Float.BYTES, Float.BYTES, tops, 0, n * outSize);
      Memory.write(toPlaces + c * outSize, 1, places, 0, n * outSize);
    }
  }

  private void channel(int from, int to) {
    for (int i = 0; i < outHeight; i++) {
      row(from, (int) (i * strides[0] - low[0]), to + i * outWidth);
    }
  }

  /**
   * One row of results, all of them for one place of the window after the other: the first place
   * among equals wins, and one outside of the image never.
   */
  private void row(int from, int top, int to) {
    int step = (int) strides[1];
    int columns = (int) size[1];
    int firstRow = Math.max(-top, 0);
    int rows = (int) Math.min(size[0], height - top);
    Arrays.fill(tops, to, to + outWidth, Float.NEGATIVE_INFINITY);
    for (int j = 0; j < outWidth; j++) {
      places[to + j] = (byte) ((long) firstRow * columns + Math.max(low[1] - (long) j * step, 0));
    }
    for (int r = firstRow; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        int left = (int) (c - low[1]);
        int begin = Math.max(0, (step - 1 - left) / step);
        int end = Math.min(outWidth, (width - left + step - 1) / step);
        place((byte) (r * columns + c), from + (top + r) * width + left, step, to, begin, end);
      }
    }
    zeros(from + top * width - (int) low[1], step, to);
  }

  /** The maximum of zeros of both signs is the positive one: the first one counts. */
  private void zeros(int from, int step, int to) {
    int columns = (int) size[1];
    for (int j = 0; j < outWidth; j++) {
      if (tops[to + j] == 0) {
        int place = Byte.toUnsignedInt(places[to + j]);
        tops[to + j] = image[from + place / columns * width + j * step + place % columns];
      }
    }
  }

  private void place(byte place, int from, int step, int to, int begin, int end) {
    for (int j = begin; j < end; j++) {
      float v = image[from + j * step];
      float best = tops[to + j];
      places[to + j] = v > best ? place : places[to + j];
      tops[to + j] = Math.max(best, v);
    }
  }
}
