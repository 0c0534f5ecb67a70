package dev.mycel.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Operations that move elements without computing. */
final class Movement {
  private Movement() {}

  static Tensor reshape(Tensor x, long... shape) {
    Shape to = resolved(x.shape(), shape);
    return to.equals(x.shape())
        ? x
        : Interpreters.bind(Prims.RESHAPE, new Attrs.To(to), Join.input(Prims.RESHAPE, x));
  }

  private static Shape resolved(Shape from, long[] wanted) {
    int open = -1;
    long[] dims = wanted.clone();
    for (int i = 0; i < wanted.length; i++) {
      if (wanted[i] == -1) {
        if (open >= 0) {
          throw new ShapeException(
              Messages.of("reshape: two extents are -1")
                  .line("wanted", Arrays.toString(wanted))
                  .text());
        }
        open = i;
        dims[i] = 1;
      }
    }
    // Negative extents and products beyond 63 bits are refused here.
    Shape known = Shape.of(dims);
    if (open < 0) {
      return known;
    }
    if (known.isEmpty() || from.size() % known.size() != 0) {
      throw new ShapeException(
          Messages.of("reshape: no extent fits in the place of -1")
              .line("from  ", from + " holds " + from.size())
              .line("wanted", Arrays.toString(wanted))
              .text());
    }
    return known.with(open, from.size() / known.size());
  }

  static Tensor transpose(Tensor x, int... order) {
    int rank = x.shape().rank();
    int[] perm = new int[order.length == 0 ? rank : order.length];
    boolean identity = true;
    for (int i = 0; i < perm.length; i++) {
      perm[i] = order.length == 0 ? rank - 1 - i : x.shape().axis(order[i], "transpose");
      identity &= perm[i] == i;
    }
    if (identity && perm.length == rank) {
      return x;
    }
    return Interpreters.bind(
        Prims.TRANSPOSE, new Attrs.Permutation(perm), Join.input(Prims.TRANSPOSE, x));
  }

  static Tensor expandDims(Tensor x, int... axes) {
    int rank = x.shape().rank() + axes.length;
    boolean[] fresh = new boolean[rank];
    for (int axis : axes) {
      int a = axis < 0 ? axis + rank : axis;
      if (a < 0 || a >= rank || fresh[a]) {
        throw new ShapeException(
            Messages.of("expandDims: axis " + axis + " is out of range or named twice")
                .line("shape", x.shape())
                .hint("axes of the result go from " + -rank + " to " + (rank - 1))
                .text());
      }
      fresh[a] = true;
    }
    long[] dims = new long[rank];
    int k = 0;
    for (int i = 0; i < rank; i++) {
      dims[i] = fresh[i] ? 1 : x.shape().rawDims()[k++];
    }
    return reshape(x, dims);
  }

  static Tensor squeeze(Tensor x, int... axes) {
    Shape s = x.shape();
    boolean[] drop = new boolean[s.rank()];
    for (int axis : axes) {
      int a = s.axis(axis, "squeeze");
      if (s.rawDims()[a] != 1) {
        throw new ShapeException(
            Messages.of("squeeze: axis " + axis + " has extent " + s.rawDims()[a])
                .line("shape", s)
                .hint("only axes of extent 1 can be dropped")
                .text());
      }
      drop[a] = true;
    }
    long[] rest = new long[s.rank()];
    int k = 0;
    for (int i = 0; i < s.rank(); i++) {
      if (axes.length == 0 ? s.rawDims()[i] != 1 : !drop[i]) {
        rest[k++] = s.rawDims()[i];
      }
    }
    return reshape(x, Arrays.copyOf(rest, k));
  }

  static Tensor concat(List<Tensor> parts, int axis) {
    if (parts.isEmpty()) {
      throw new ArgumentException("concat: the list is empty; give at least one tensor");
    }
    DType joined = DType.BOOL;
    for (Tensor part : parts) {
      Checks.notNull(part, "concat", "a part");
      joined = joined.join(part.dtype());
    }
    joined = Context.current().precision.target(Prims.CONCAT, joined);
    Tensor[] same = new Tensor[parts.size()];
    for (int i = 0; i < same.length; i++) {
      same[i] = Join.to(joined, parts.get(i));
    }
    int a = same[0].shape().axis(axis, "concat");
    return Interpreters.bind(Prims.CONCAT, new Attrs.Axis(a), same);
  }

  static Tensor stack(List<Tensor> parts, int axis) {
    if (parts.isEmpty()) {
      throw new ArgumentException("stack: the list is empty; give at least one tensor");
    }
    List<Tensor> wider = new ArrayList<>(parts.size());
    for (Tensor part : parts) {
      if (!part.shape().equals(parts.get(0).shape())) {
        throw new ShapeException(
            Messages.of("stack: the parts have different shapes")
                .line("first", parts.get(0).shape())
                .line("other", part.shape())
                .text());
      }
      wider.add(expandDims(part, axis));
    }
    return concat(wider, axis);
  }

  static List<Tensor> split(Tensor x, long[] extents, int axis) {
    Attrs.Split attrs = new Attrs.Split(x.shape().axis(axis, "split"), extents.clone());
    return List.of(Interpreters.bindAll(Prims.SPLIT, attrs, Join.input(Prims.SPLIT, x)));
  }

  static Tensor[] parts(Attrs.Split a, Tensor[] in) {
    Tensor[] parts = new Tensor[a.extents().length];
    long at = 0;
    for (int i = 0; i < parts.length; i++) {
      parts[i] = narrow(in[0], a.axis(), at, a.extents()[i]);
      at += a.extents()[i];
    }
    return parts;
  }

  /** {@code length} neighbours along an axis from {@code start}. */
  static Tensor narrow(Tensor x, int axis, long start, long length) {
    long[] starts = new long[x.shape().rank()];
    long[] steps = new long[starts.length];
    Arrays.fill(steps, 1);
    starts[axis] = start;
    return slice(x, starts, x.shape().with(axis, length), steps);
  }

  static Tensor slice(Tensor x, long[] starts, Shape sizes, long[] steps) {
    return Interpreters.bind(
        Prims.SLICE, new Attrs.Slice(starts, sizes, steps), Join.input(Prims.SLICE, x));
  }

  static Tensor flip(Tensor x, int... axes) {
    int[] sorted = Reductions.axes(x.shape(), "flip", axes);
    return sorted.length == 0
        ? x
        : Interpreters.bind(Prims.FLIP, new Attrs.Axes(sorted), Join.input(Prims.FLIP, x));
  }

  static Tensor pad(Tensor x, long[] low, long[] high, double value) {
    Checks.fits("pad", value, x.dtype());
    Tensor kept = cropped(x, low, high);
    long[] before = new long[low.length];
    long[] after = new long[high.length];
    Arrays.setAll(before, i -> Math.max(low[i], 0));
    Arrays.setAll(after, i -> Math.max(high[i], 0));
    requireWidths("pad", x.shape(), before, after);
    return Interpreters.bind(
        Prims.PAD,
        new Attrs.Pad(before, after, new long[x.rank()], value),
        Join.input(Prims.PAD, kept));
  }

  /** Without the elements that negative widths cut off. */
  private static Tensor cropped(Tensor x, long[] low, long[] high) {
    boolean cuts = false;
    long[] starts = new long[low.length];
    long[] sizes = x.shape().dims();
    for (int i = 0; i < low.length && low.length == x.rank() && high.length == x.rank(); i++) {
      starts[i] = Math.max(-low[i], 0);
      sizes[i] -= starts[i] + Math.max(-high[i], 0);
      cuts |= low[i] < 0 || high[i] < 0;
      if (sizes[i] < 0) {
        throw new ShapeException(
            Messages.of("pad: negative widths cut off more than axis " + i + " has")
                .line("shape", x.shape())
                .line("low  ", Arrays.toString(low))
                .line("high ", Arrays.toString(high))
                .text());
      }
    }
    long[] steps = new long[low.length];
    Arrays.fill(steps, 1);
    return cuts ? slice(x, starts, Shape.of(sizes), steps) : x;
  }

  static void requireWidths(String op, Shape shape, long[] low, long[] high) {
    boolean fits = low.length == shape.rank() && high.length == shape.rank();
    for (int i = 0; fits && i < low.length; i++) {
      fits = low[i] >= 0 && high[i] >= 0;
    }
    if (!fits) {
      throw new ShapeException(
          Messages.of(op + ": one width before and one after, not negative, is needed per axis")
              .line("shape", shape)
              .line("low  ", Arrays.toString(low))
              .line("high ", Arrays.toString(high))
              .text());
    }
  }
}
