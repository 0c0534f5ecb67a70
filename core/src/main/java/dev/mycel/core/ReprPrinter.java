package dev.mycel.core;

import java.util.function.IntFunction;

/** {@code repr(tensor)} as MindSpore prints it, for example within tuples. */
final class ReprPrinter {
  private static final int EDGE = 3;
  private static final int LONG_VECTOR = 1000;

  private final Shape shape;
  private final int perLine;
  private final IntFunction<String> format;

  private ReprPrinter(Shape shape, int perLine, IntFunction<String> format) {
    this.shape = shape;
    this.perLine = perLine;
    this.format = format;
  }

  static String print(Tensor x) {
    Shape shape = x.shape();
    StringBuilder text = new StringBuilder("Tensor(shape=[");
    for (int i = 0; i < shape.rank(); i++) {
      text.append(i == 0 ? "" : ", ").append(shape.rawDims()[i]);
    }
    text.append("], dtype=").append(x.dtype().displayName()).append(", value=");
    text.append(shape.rank() > 1 ? "\n" : " ");
    if (!shape.isEmpty()) {
      boolean whole = shape.rank() <= 1 && shape.size() <= LONG_VECTOR;
      Tensor shown = whole ? x : Printer.edges(x);
      boolean wide = !x.dtype().isInteger();
      ReprPrinter printer = new ReprPrinter(shape, wide ? 12 : 24, formatter(shown));
      text.append(shape.rank() == 0 ? printer.format.apply(0) : printer.nested(0, 0, " "));
    }
    return text.append(')').toString();
  }

  private static IntFunction<String> formatter(Tensor shown) {
    boolean scalar = shown.rank() == 0;
    DType dtype = shown.dtype();
    if (dtype == DType.BOOL) {
      boolean[] truth = HostExport.toBooleans(shown);
      return i -> Printer.left(truth[i] ? "True" : "False", scalar ? 0 : 5);
    }
    if (dtype.isInteger()) {
      long[] values = HostExport.toLongs(shown);
      return aligned(values.length, i -> Long.toString(values[i]));
    }
    double[] values = HostExport.toDoubles(shown);
    if (scalar || dtype == DType.BFLOAT16) {
      return aligned(values.length, i -> Decimals.general(values[i], 6));
    }
    int fraction = dtype == DType.FLOAT16 ? 4 : 8;
    return i -> Printer.left(Decimals.fixedScientific(values[i], fraction), fraction + 7);
  }

  private static IntFunction<String> aligned(int count, IntFunction<String> format) {
    int width = 0;
    for (int i = 0; i < count; i++) {
      width = Math.max(width, format.apply(i).length());
    }
    int w = width;
    return i -> Printer.left(format.apply(i), w);
  }

  private boolean cut(int axis) {
    long n = shape.rawDims()[axis];
    return shape.rank() > 1 ? n > 2 * EDGE : n > LONG_VECTOR;
  }

  private int items(int axis) {
    return cut(axis) ? 2 * EDGE : (int) shape.rawDims()[axis];
  }

  private String nested(int axis, int at, String indent) {
    boolean last = axis == shape.rank() - 1;
    boolean wraps = shape.rank() == 1;
    int slice = 1;
    for (int i = axis + 1; i < shape.rank(); i++) {
      slice *= items(i);
    }
    int items = items(axis);
    StringBuilder text = new StringBuilder("[");
    for (int i = 0; i < items; i++) {
      if (cut(axis) && i == EDGE) {
        // The separator before has been left out: dots take its place.
        text.append(last ? " ... " : ",\n" + indent + "...\n" + indent);
      }
      text.append(last ? format.apply(at + i) : nested(axis + 1, at + i * slice, indent + " "));
      boolean beforeDots = cut(axis) && i == EDGE - 1;
      if (i < items - 1 && !beforeDots) {
        text.append(last ? ", " : ",\n" + indent);
        if (wraps && !cut(axis) && (i + 1) % perLine == 0) {
          text.append("\n ");
        }
      }
    }
    return text.append(']').toString();
  }
}
