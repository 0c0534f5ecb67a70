package dev.mycel.test;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import java.util.List;

/** Rows of convolutions as large as kernels that work by tiles take. */
final class TiledConvolutionSamples {
  private TiledConvolutionSamples() {}

  static void addTo(List<OpSample<?>> rows) {
    convolution(rows, "tiles", 1, Shape.of(22, 64, 7, 5), 64, Shape.of(22, 64, 7, 5));
    convolution(rows, "tiles, no padding", 0, Shape.of(5, 64, 15, 18), 67, Shape.of(5, 67, 13, 16));
  }

  private static void convolution(
      List<OpSample<?>> rows, String note, long pad, Shape x, long channels, Shape y) {
    Attrs.Conv c = new Attrs.Conv(both(1), both(pad), both(pad), both(1), 1);
    Shape w = Shape.of(channels, x.dim(1), 3, 3);
    Draw in = Draw.normal(x.dims());
    Draw weight = Draw.normal(w.dims());
    Draw dy = Draw.normal(y.dims());
    add(rows, note, OpSample.of(Prims.CONV, c, in, weight, Draw.normal(channels)));
    add(rows, note, OpSample.of(Prims.CONV_INPUT_GRAD, new Attrs.ConvGrad(c, x), dy, weight));
    add(rows, note, OpSample.of(Prims.CONV_WEIGHT_GRAD, new Attrs.ConvGrad(c, w), in, dy));
  }

  /** Of float32, which such kernels take, and of float64, which says what is right. */
  private static void add(List<OpSample<?>> rows, String note, OpSample.Row<?> row) {
    rows.add(row.note(note).dtypes(DType.FLOAT32, DType.FLOAT64).loose(64).gradOrder(0).row());
  }

  private static long[] both(long value) {
    return new long[] {value, value};
  }
}
