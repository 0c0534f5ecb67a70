package dev.mycel.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongUnaryOperator;

/** Movement that is made of several primitives: repeating, rolling, borders, diagonals. */
final class Rearrange {
  private Rearrange() {}

  // ---- axes -------------------------------------------------------------------------------------

  static Tensor swapAxes(Tensor x, int a, int b) {
    int from = x.shape().axis(a, "swapAxes");
    int to = x.shape().axis(b, "swapAxes");
    int[] order = natural(x.rank());
    order[from] = to;
    order[to] = from;
    return Movement.transpose(x, order);
  }

  static Tensor moveAxis(Tensor x, int source, int destination) {
    int from = x.shape().axis(source, "moveAxis");
    int to = x.shape().axis(destination, "moveAxis");
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      if (i != from) {
        order.add(i);
      }
    }
    order.add(to, from);
    return Movement.transpose(x, order.stream().mapToInt(Integer::intValue).toArray());
  }

  static int[] natural(int rank) {
    int[] order = new int[rank];
    Arrays.setAll(order, i -> i);
    return order;
  }

  static Tensor flatten(Tensor x, int startDim, int endDim) {
    if (x.rank() == 0) {
      return Movement.reshape(x, 1);
    }
    int from = x.shape().axis(startDim, "flatten");
    int to = x.shape().axis(endDim, "flatten");
    if (from > to) {
      throw new ArgumentException(
          "flatten: the first axis " + startDim + " lies behind the last " + endDim);
    }
    long[] dims = new long[x.rank() - (to - from)];
    long joined = 1;
    for (int i = from; i <= to; i++) {
      joined *= x.shape().rawDims()[i];
    }
    System.arraycopy(x.shape().rawDims(), 0, dims, 0, from);
    dims[from] = joined;
    System.arraycopy(x.shape().rawDims(), to + 1, dims, from + 1, x.rank() - to - 1);
    return Movement.reshape(x, dims);
  }

  // ---- parts ------------------------------------------------------------------------------------

  static List<Tensor> split(Tensor x, long extent, int axis) {
    int a = x.shape().axis(axis, "split");
    if (extent < 1) {
      throw new ArgumentException("split: parts need an extent of at least 1, got " + extent);
    }
    long n = x.shape().rawDims()[a];
    if (n <= extent) {
      return List.of(x);
    }
    long[] extents = new long[Math.toIntExact((n + extent - 1) / extent)];
    Arrays.fill(extents, extent);
    extents[extents.length - 1] = n - (extents.length - 1) * extent;
    return Movement.split(x, extents, a);
  }

  static List<Tensor> chunk(Tensor x, long count, int axis) {
    int a = x.shape().axis(axis, "chunk");
    if (count < 1) {
      throw new ArgumentException("chunk: at least one part is needed, got " + count);
    }
    long n = x.shape().rawDims()[a];
    return split(x, Math.max(1, (n + count - 1) / count), a);
  }

  static List<Tensor> unstack(Tensor x, int axis) {
    int a = x.shape().axis(axis, "unstack");
    if (x.shape().rawDims()[a] == 0) {
      return List.of();
    }
    List<Tensor> parts = new ArrayList<>();
    for (Tensor part : split(x, 1, a)) {
      parts.add(Movement.squeeze(part, a));
    }
    return parts;
  }

  static Tensor narrow(Tensor x, int axis, long start, long length) {
    int a = x.shape().axis(axis, "narrow");
    long n = x.shape().rawDims()[a];
    long from = start < 0 ? start + n : start;
    if (from < 0 || length < 0 || from > n - length) {
      throw new ShapeException(
          Messages.of("narrow: the range leaves axis " + a)
              .line("shape ", x.shape())
              .line("start ", start)
              .line("length", length)
              .text());
    }
    return Movement.narrow(x, a, from, length);
  }

  // ---- repeating --------------------------------------------------------------------------------

  static Tensor tile(Tensor x, long... reps) {
    int rank = Math.max(x.rank(), reps.length);
    long[] split = new long[2 * rank];
    long[] wide = new long[2 * rank];
    long[] dims = new long[rank];
    for (int i = 0; i < rank; i++) {
      int own = i - (rank - x.rank());
      int given = i - (rank - reps.length);
      long n = own < 0 ? 1 : x.shape().rawDims()[own];
      long r = given < 0 ? 1 : Checks.notNegative("tile", "a number of repetitions", reps[given]);
      split[2 * i] = 1;
      split[2 * i + 1] = n;
      wide[2 * i] = r;
      wide[2 * i + 1] = n;
      dims[i] = product("tile", r, n);
    }
    return Movement.reshape(Join.to(Shape.of(wide), Movement.reshape(x, split)), dims);
  }

  private static long product(String op, long a, long b) {
    if (b != 0 && a > Long.MAX_VALUE / b) {
      throw new ShapeException(op + ": an extent of " + a + " times " + b + " is too large");
    }
    return a * b;
  }

  static Tensor repeatInterleave(Tensor x, long repeats, int axis) {
    int a = x.shape().axis(axis, "repeatInterleave");
    long n = x.shape().rawDims()[a];
    Checks.notNegative("repeatInterleave", "repeats", repeats);
    Shape wide = x.shape().insert(a + 1, repeats);
    Tensor repeated = Join.to(wide, Movement.expandDims(x, a + 1));
    Shape joined = x.shape().with(a, product("repeatInterleave", n, repeats));
    return Movement.reshape(repeated, joined.rawDims());
  }

  static Tensor repeatInterleave(Tensor x, long[] repeats, int axis) {
    int a = x.shape().axis(axis, "repeatInterleave");
    if (repeats.length != x.shape().rawDims()[a]) {
      throw new ShapeException(
          Messages.of("repeatInterleave: one number of repetitions is needed per slice")
              .line("shape  ", x.shape())
              .line("axis   ", a)
              .line("repeats", Arrays.toString(repeats))
              .text());
    }
    List<Long> places = new ArrayList<>();
    for (int i = 0; i < repeats.length; i++) {
      long times = Checks.notNegative("repeatInterleave", "repeats", repeats[i]);
      for (long k = 0; k < times; k++) {
        places.add((long) i);
      }
    }
    return Ops.gather(x, Scattering.longs(places.stream().mapToLong(Long::longValue).toArray()), a);
  }

  static Tensor roll(Tensor x, long shift, int axis) {
    int a = x.shape().axis(axis, "roll");
    long n = x.shape().rawDims()[a];
    long by = n == 0 ? 0 : Math.floorMod(shift, n);
    if (by == 0) {
      return x;
    }
    Tensor tail = Movement.narrow(x, a, n - by, by);
    return Movement.concat(List.of(tail, Movement.narrow(x, a, 0, n - by)), a);
  }

  // ---- borders ----------------------------------------------------------------------------------

  /** Borders that mirror the inside without its edge: widths below the extents. */
  static Tensor padReflect(Tensor x, long[] low, long[] high) {
    return border("padReflect", x, low, high, 1, Rearrange::reflected);
  }

  /** Borders that repeat the edge. */
  static Tensor padReplicate(Tensor x, long[] low, long[] high) {
    return border("padReplicate", x, low, high, 0, n -> i -> Math.max(0, Math.min(n - 1, i)));
  }

  /** Borders that continue at the other end: widths up to the extents. */
  static Tensor padCircular(Tensor x, long[] low, long[] high) {
    return border("padCircular", x, low, high, 0, n -> i -> Math.floorMod(i, n));
  }

  private static LongUnaryOperator reflected(long n) {
    return i -> i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i;
  }

  /** Which source place a place of the padded axis shows, given the extent. */
  private interface Border {
    LongUnaryOperator of(long extent);
  }

  private static Tensor border(
      String op, Tensor x, long[] low, long[] high, int spare, Border border) {
    Movement.requireWidths(op, x.shape(), low, high);
    for (int i = 0; i < low.length; i++) {
      long n = x.shape().rawDims()[i];
      boolean limited = !op.equals("padReplicate");
      long most = limited ? n - spare : n == 0 ? 0 : Long.MAX_VALUE;
      if (Math.max(low[i], high[i]) > Math.max(most, 0)) {
        throw new ShapeException(
            Messages.of(op + ": axis " + i + " is too short for its border")
                .line("shape", x.shape())
                .line("low  ", Arrays.toString(low))
                .line("high ", Arrays.toString(high))
                .hint("a border may have at most " + Math.max(most, 0) + " elements here")
                .text());
      }
    }
    Tensor padded = x;
    for (int axis = 0; axis < low.length; axis++) {
      long n = x.shape().rawDims()[axis];
      long before = low[axis];
      if (before == 0 && high[axis] == 0) {
        continue;
      }
      LongUnaryOperator source = border.of(n);
      long[] places = new long[Math.toIntExact(before + n + high[axis])];
      Arrays.setAll(places, i -> source.applyAsLong(i - before));
      padded = Ops.gather(padded, Scattering.longs(places), axis);
    }
    return padded;
  }

  // ---- diagonals --------------------------------------------------------------------------------

  /** The elements on and below (or above) a diagonal; the rest is zero. */
  static Tensor triangle(Tensor x, long diagonal, boolean lower) {
    if (x.rank() < 2) {
      throw new ShapeException(
          Messages.of((lower ? "tril" : "triu") + ": the input has no matrices")
              .line("shape", x.shape())
              .hint("at least two axes are needed")
              .text());
    }
    Tensor rows = Movement.expandDims(Ops.arange(x.dim(-2)), 1).add(diagonal);
    Tensor columns = Movement.expandDims(Ops.arange(x.dim(-1)), 0);
    Tensor kept = Join.binary(lower ? Prims.GE : Prims.LE, rows, columns);
    return Ops.where(kept, x, Ops.zerosLike(x));
  }

  /** The diagonal of the matrices in the last two axes: a strided view of each flat matrix. */
  static Tensor diagonal(Tensor x, long offset) {
    Shape s = x.shape();
    if (s.rank() < 2) {
      throw new ShapeException(
          Messages.of("diagonal: the input has no matrices").line("shape", s).text());
    }
    long rows = s.dim(-2);
    long columns = s.dim(-1);
    long length = offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns);
    length = Math.max(length, 0);
    int r = s.rank() - 1;
    Shape flat = s.without(r).with(r - 1, rows * columns);
    long[] starts = new long[r];
    long[] steps = new long[r];
    Arrays.fill(steps, 1);
    starts[r - 1] = length == 0 ? 0 : offset >= 0 ? offset : -offset * columns;
    steps[r - 1] = columns + 1;
    return Movement.slice(
        Movement.reshape(x, flat.rawDims()), starts, flat.with(r - 1, length), steps);
  }

  /** A square matrix with a vector on its diagonal, or the diagonal of a matrix. */
  static Tensor diag(Tensor x) {
    if (x.rank() == 2) {
      return diagonal(x, 0);
    }
    if (x.rank() != 1) {
      throw new ShapeException(
          Messages.of("diag: a vector or a matrix is needed").line("shape", x.shape()).text());
    }
    long n = x.size();
    if (n == 0) {
      return Movement.reshape(x, 0, 0);
    }
    // n zeros between neighbours put element i at place i (n + 1) of the flat matrix.
    Attrs.Pad gaps = new Attrs.Pad(new long[1], new long[1], new long[] {n}, 0);
    return Movement.reshape(Interpreters.bind(Prims.PAD, gaps, x), n, n);
  }
}
