package dev.mycel.reference;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.HalfPrecision;
import dev.mycel.core.Layout;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import java.util.Arrays;

/** Convolutions and their gradients, straight from the definition, accumulated in double. */
final class ConvKernels {
  private static final String NOTE = "floats, 1 to 3 spatial axes, accumulates in double";

  private ConvKernels() {}

  static void register(KernelTable t) {
    t.put(Prims.CONV, Access.STRIDED, NOTE, ConvKernels::conv);
    t.put(Prims.CONV_INPUT_GRAD, Access.STRIDED, NOTE, ConvKernels::inputGrad);
    t.put(Prims.CONV_WEIGHT_GRAD, Access.STRIDED, NOTE, ConvKernels::weightGrad);
  }

  /** Entry n of the batch as doubles [C, spatial...]. */
  private static double[] entry(Buffer x, int n) {
    Layout l = x.layout();
    return Elements.doubles(x, Views.range(l, l.offset() + n * l.stride(0), 1, l.shape().rank()));
  }

  /** The weight as the input's type has it: a wider one is rounded. */
  private static double[] weight(Buffer w, DType type) {
    double[] weight = Elements.doubles(w, w.layout());
    for (int i = 0; i < weight.length && w.dtype() != type; i++) {
      weight[i] =
          type == DType.BFLOAT16
              ? HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16(weight[i]))
              : HalfPrecision.fromFloat16(HalfPrecision.toFloat16(weight[i]));
    }
    return weight;
  }

  private static int dim(Shape s, int axis) {
    return Math.toIntExact(s.dim(axis));
  }

  private static void conv(KernelCall<Attrs.Conv> call) {
    Buffer x = call.input(0);
    Buffer w = call.input(1);
    Buffer out = call.output(0);
    if (out.size() == 0) {
      return;
    }
    int groups = call.attrs().groups();
    Windows windows = Windows.of(call.attrs(), x.shape(), w.shape(), out.shape());
    int outputs = dim(w.shape(), 0);
    double[] weight = weight(w, x.dtype());
    double[] bias = new double[outputs];
    if (call.inputCount() == 3) {
      bias = Elements.doubles(call.input(2), call.input(2).layout());
    }
    double[] sums = new double[windows.outSize()];
    for (int n = 0; n < dim(x.shape(), 0); n++) {
      double[] image = entry(x, n);
      for (int o = 0; o < outputs; o++) {
        Arrays.fill(sums, bias[o]);
        channel(windows, image, weight, dim(w.shape(), 1), o, o / (outputs / groups), sums);
        Elements.store(out, (n * outputs + o) * sums.length, 1, sums, sums.length);
      }
    }
  }

  private static void channel(
      Windows windows, double[] image, double[] weight, int inputs, int o, int group, double[] y) {
    int step = windows.step();
    for (int c = 0; c < inputs; c++) {
      int plane = (group * inputs + c) * windows.inSize();
      int kernel = (o * inputs + c) * windows.windowSize();
      for (int s = 0; s < windows.spanCount(); s++) {
        double a = weight[kernel + windows.tap(s)];
        int from = plane + windows.from(s);
        Dense.axpy(a, image, from, step, y, windows.to(s), 1, windows.length(s));
      }
    }
  }

  private static void inputGrad(KernelCall<Attrs.ConvGrad> call) {
    Buffer dy = call.input(0);
    Buffer w = call.input(1);
    Buffer out = call.output(0);
    if (out.size() == 0) {
      return;
    }
    Attrs.Conv conv = call.attrs().conv();
    Windows windows = Windows.of(conv, out.shape(), w.shape(), dy.shape());
    int outputs = dim(w.shape(), 0);
    int inputs = dim(w.shape(), 1);
    double[] weight = weight(w, dy.dtype());
    int perEntry = dim(out.shape(), 1) * windows.inSize();
    for (int n = 0; n < dim(out.shape(), 0); n++) {
      double[] gradient = entry(dy, n);
      double[] sums = new double[perEntry];
      for (int o = 0; o < outputs; o++) {
        int group = o / (outputs / conv.groups());
        backChannel(windows, gradient, weight, inputs, o, group, sums);
      }
      Elements.store(out, n * perEntry, 1, sums, perEntry);
    }
  }

  private static void backChannel(
      Windows windows, double[] dy, double[] weight, int inputs, int o, int group, double[] dx) {
    int step = windows.step();
    int plane = o * windows.outSize();
    for (int c = 0; c < inputs; c++) {
      int target = (group * inputs + c) * windows.inSize();
      int kernel = (o * inputs + c) * windows.windowSize();
      for (int s = 0; s < windows.spanCount(); s++) {
        double a = weight[kernel + windows.tap(s)];
        int to = target + windows.from(s);
        Dense.axpy(a, dy, plane + windows.to(s), 1, dx, to, step, windows.length(s));
      }
    }
  }

  private static void weightGrad(KernelCall<Attrs.ConvGrad> call) {
    Buffer x = call.input(0);
    Buffer dy = call.input(1);
    Buffer out = call.output(0);
    if (out.size() == 0) {
      return;
    }
    Attrs.Conv conv = call.attrs().conv();
    Windows windows = Windows.of(conv, x.shape(), out.shape(), dy.shape());
    int outputs = dim(out.shape(), 0);
    int inputs = dim(out.shape(), 1);
    double[] sums = new double[Math.toIntExact(out.size())];
    for (int n = 0; n < dim(x.shape(), 0); n++) {
      double[] image = entry(x, n);
      double[] gradient = entry(dy, n);
      for (int o = 0; o < outputs; o++) {
        int group = o / (outputs / conv.groups());
        weightChannel(windows, image, gradient, inputs, o, group, sums);
      }
    }
    Elements.store(out, 0, 1, sums, sums.length);
  }

  private static void weightChannel(
      Windows windows, double[] x, double[] dy, int inputs, int o, int group, double[] dw) {
    int step = windows.step();
    int places = o * windows.outSize();
    for (int c = 0; c < inputs; c++) {
      int plane = (group * inputs + c) * windows.inSize();
      int kernel = (o * inputs + c) * windows.windowSize();
      for (int s = 0; s < windows.spanCount(); s++) {
        int from = plane + windows.from(s);
        dw[kernel + windows.tap(s)] +=
            Dense.dot(x, from, step, dy, places + windows.to(s), windows.length(s));
      }
    }
  }
}
