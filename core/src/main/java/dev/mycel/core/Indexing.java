package dev.mycel.core;

import java.util.ArrayList;
import java.util.List;

/**
 * {@code x.get(...)} with NumPy's meaning. First one slice, one flip and one reshape do the basic
 * parts; then one take does all parts that are tensors.
 */
final class Indexing {
  private Indexing() {}

  /** A part that is a tensor and the axis, after the basic parts, that it stands at. */
  private record Slot(int axis, int position, Tensor indices) {}

  static Tensor get(Tensor x, Index... index) {
    List<Index> parts = expanded(x.shape(), index);
    boolean advanced =
        parts.stream().anyMatch(p -> p instanceof Index.Places || p instanceof Index.Mask);
    List<Slot> slots = new ArrayList<>();
    Tensor basic = basic(x, parts, advanced, slots);
    return slots.isEmpty() ? basic : taken(basic, slots);
  }

  /** The parts with the ellipsis written out, one or more axes of the input each. */
  private static List<Index> expanded(Shape shape, Index... index) {
    int used = 0;
    int dots = 0;
    for (Index part : index) {
      used += axesOf(Checks.notNull(part, "index", "a part"));
      dots += part instanceof Index.Ellipsis ? 1 : 0;
    }
    if (used > shape.rank() || dots > 1) {
      throw new ShapeException(
          Messages.of(dots > 1 ? "index: more than one ellipsis" : "index: too many parts")
              .line("shape", shape)
              .line("parts", used + " for " + shape.rank() + " axes")
              .text());
    }
    List<Index> parts = new ArrayList<>();
    for (Index part : index) {
      if (part instanceof Index.Ellipsis) {
        // It stays in the list, since it separates tensors even where it stands for no axis.
        parts.add(part);
        for (int i = used; i < shape.rank(); i++) {
          parts.add(Index.all());
        }
      } else {
        parts.add(part);
      }
    }
    for (int i = used; dots == 0 && i < shape.rank(); i++) {
      parts.add(Index.all());
    }
    return parts;
  }

  private static int axesOf(Index part) {
    if (part instanceof Index.NewAxis || part instanceof Index.Ellipsis) {
      return 0;
    }
    return part instanceof Index.Mask mask ? mask.condition().rank() : 1;
  }

  private static Tensor basic(Tensor x, List<Index> parts, boolean advanced, List<Slot> slots) {
    int rank = x.rank();
    long[] starts = new long[rank];
    long[] sizes = x.shape().dims();
    long[] steps = new long[rank];
    java.util.Arrays.fill(steps, 1);
    List<Integer> flips = new ArrayList<>();
    List<Long> dims = new ArrayList<>();
    int axis = 0;
    for (int position = 0; position < parts.size(); position++) {
      Index part = parts.get(position);
      if (part instanceof Index.NewAxis) {
        dims.add(1L);
      } else if (part instanceof Index.Range range) {
        range(range, axis, starts, sizes, steps);
        if (range.step() < 0) {
          flips.add(axis);
        }
        dims.add(sizes[axis++]);
      } else if (part instanceof Index.At at) {
        long place = place(at.place(), axis, x.shape());
        if (advanced) {
          // Beside a tensor NumPy treats a number as a tensor without axes.
          slots.add(new Slot(dims.size(), position, Ops.scalar(place, DType.INT64)));
          dims.add(sizes[axis]);
        } else {
          starts[axis] = place;
          sizes[axis] = 1;
        }
        axis++;
      } else if (part instanceof Index.Places places) {
        Tensor indices = checked(places.indices(), axis, x.shape());
        slots.add(new Slot(dims.size(), position, indices));
        dims.add(sizes[axis++]);
      } else if (part instanceof Index.Mask mask) {
        for (Tensor indices : maskPlaces(mask.condition(), axis, x.shape())) {
          slots.add(new Slot(dims.size(), position, indices));
          dims.add(sizes[axis++]);
        }
      }
    }
    return viewed(x, starts, Shape.of(sizes), steps, flips, Shape.of(dims));
  }

  private static Tensor viewed(
      Tensor x, long[] starts, Shape sizes, long[] steps, List<Integer> flips, Shape dims) {
    boolean whole = sizes.equals(x.shape());
    for (int i = 0; whole && i < starts.length; i++) {
      whole = starts[i] == 0 && steps[i] == 1;
    }
    Tensor sliced = whole ? x : Movement.slice(x, starts, sizes, steps);
    if (!flips.isEmpty()) {
      sliced = Movement.flip(sliced, flips.stream().mapToInt(Integer::intValue).toArray());
    }
    return Ops.reshape(sliced, dims.rawDims());
  }

  /**
   * Python's slice arithmetic; a backward range becomes the same elements forward, to be flipped.
   */
  private static void range(Index.Range r, int axis, long[] starts, long[] sizes, long[] steps) {
    long n = sizes[axis];
    boolean forward = r.step() > 0;
    Long from = r.start();
    Long to = r.stop();
    long low = forward ? 0 : -1;
    long high = forward ? n : n - 1;
    long start = from == null ? (forward ? low : high) : bounded(from, n, low, high);
    long stop = to == null ? (forward ? high : low) : bounded(to, n, low, high);
    // A step beyond the extent picks one element, like the extent itself, and cannot overflow.
    long step =
        Math.max(1, Math.min(Math.max(n, 1), Math.abs(r.step() == Long.MIN_VALUE ? n : r.step())));
    long span = forward ? stop - start : start - stop;
    long count = span <= 0 ? 0 : (span - 1) / step + 1;
    starts[axis] = count == 0 ? 0 : forward ? start : start - (count - 1) * step;
    sizes[axis] = count;
    steps[axis] = step;
  }

  private static long bounded(long place, long n, long low, long high) {
    long at = place < 0 ? place + n : place;
    return Math.max(low, Math.min(high, at));
  }

  private static long place(long place, int axis, Shape shape) {
    long n = shape.rawDims()[axis];
    if (place < -n || place >= n) {
      throw outOfRange(place, axis, shape);
    }
    return place < 0 ? place + n : place;
  }

  static ShapeException outOfRange(long place, int axis, Shape shape) {
    long n = shape.rawDims()[axis];
    return new ShapeException(
        Messages.of("index: " + place + " is out of range for axis " + axis)
            .line("shape", shape)
            .hint(n == 0 ? "the axis is empty" : "places go from " + -n + " to " + (n - 1))
            .text());
  }

  /** Indices as int64 counted from the front, after a look at each. */
  static Tensor checked(Tensor indices, int axis, Shape shape) {
    if (indices.dtype() == DType.BOOL) {
      throw new DTypeException(
          Messages.of("index: bool tensors are conditions, not places")
              .line("indices", indices.type())
              .hint("use Index.mask(condition)")
              .text());
    }
    Rules.requireIndices("index", indices.type());
    long n = shape.rawDims()[axis];
    boolean negative = false;
    for (long place : HostExport.toLongs(indices)) {
      if (place < -n || place >= n) {
        throw outOfRange(place, axis, shape);
      }
      negative |= place < 0;
    }
    Tensor wide = Join.to(DType.INT64, indices);
    return negative ? Join.weak(Prims.FLOOR_MOD, wide, n) : wide;
  }

  private static List<Tensor> maskPlaces(Tensor mask, int axis, Shape shape) {
    if (mask.dtype() != DType.BOOL) {
      throw new DTypeException(
          Messages.of("index: a mask must be bool").line("mask", mask.type()).text());
    }
    if (mask.rank() == 0) {
      throw new ShapeException("index: a mask needs at least one axis; use where for a scalar");
    }
    for (int i = 0; i < mask.rank(); i++) {
      if (mask.shape().rawDims()[i] != shape.rawDims()[axis + i]) {
        throw new ShapeException(
            Messages.of("index: the mask does not have the extents of the axes it stands for")
                .line("shape", shape)
                .line("mask ", mask.shape() + " at axis " + axis)
                .text());
      }
    }
    return Ordering.truePlaces(mask);
  }

  private static Tensor taken(Tensor x, List<Slot> slots) {
    if (slots.size() == 1) {
      Slot only = slots.get(0);
      return Ops.gather(x, only.indices(), only.axis());
    }
    Shape common = Shape.scalar();
    for (Slot slot : slots) {
      common = common.broadcast(slot.indices().shape(), "index");
    }
    Tensor front = Ops.transpose(x, slotsFirst(x.rank(), slots));
    long joined = 1;
    Tensor flat = Ops.scalar(0, DType.INT64);
    for (Slot slot : slots) {
      long n = x.shape().rawDims()[slot.axis()];
      flat = flat.mul(n).add(slot.indices());
      joined *= n;
    }
    Shape rest = Shape.scalar();
    for (int i = slots.size(); i < front.rank(); i++) {
      rest = rest.insert(rest.rank(), front.shape().rawDims()[i]);
    }
    Tensor rows = Ops.reshape(front, rest.insert(0, joined).rawDims());
    Tensor result = Ops.gather(rows, Join.to(common, flat), 0);
    return adjacent(slots) ? moved(result, common.rank(), slots.get(0).axis()) : result;
  }

  private static int[] slotsFirst(int rank, List<Slot> slots) {
    int[] order = new int[rank];
    boolean[] used = new boolean[rank];
    int k = 0;
    for (Slot slot : slots) {
      order[k++] = slot.axis();
      used[slot.axis()] = true;
    }
    for (int i = 0; i < rank; i++) {
      if (!used[i]) {
        order[k++] = i;
      }
    }
    return order;
  }

  /**
   * Whether no other part stands between those that are tensors: then the result keeps their place.
   */
  private static boolean adjacent(List<Slot> slots) {
    for (int i = 1; i < slots.size(); i++) {
      if (slots.get(i).position() - slots.get(i - 1).position() > 1) {
        return false;
      }
    }
    return true;
  }

  /** The first {@code count} axes moved behind the {@code place} axes that follow them. */
  private static Tensor moved(Tensor x, int count, int place) {
    if (count == 0 || place == 0) {
      return x;
    }
    int[] order = new int[x.rank()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i < place ? count + i : i < place + count ? i - place : i;
    }
    return Ops.transpose(x, order);
  }

  /** A tensor like {@code x} with other values at an index, to whose shape they broadcast. */
  static Tensor replaced(Tensor x, Tensor value, Index... index) {
    Tensor numbers = Ops.reshape(Ops.arange(x.size()), x.shape().rawDims());
    Tensor places = get(numbers, index);
    Tensor wide = Join.to(places.shape(), Join.to(x.dtype(), value));
    Tensor flat =
        Scattering.update(
            Ops.reshape(x, x.size()), HostExport.toLongs(places), Ops.reshape(wide, places.size()));
    return Ops.reshape(flat, x.shape().rawDims());
  }
}
