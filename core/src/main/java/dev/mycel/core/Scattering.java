package dev.mycel.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writing at places given by tensors, without a primitive that would do so in an undefined order:
 * where two updates meet, the later one wins, and products and extremes take all of them.
 */
final class Scattering {
  private Scattering() {}

  /** How an update joins what is there. */
  enum Combine {
    ADD,
    SUB,
    UPDATE,
    MUL,
    DIV,
    MAX,
    MIN
  }

  /** {@code x} with other slices along the first axis; the last update of a place wins. */
  static Tensor update(Tensor x, long[] places, Tensor updates) {
    int slots = Math.toIntExact(x.shape().rawDims()[0]);
    int[] winner = new int[slots];
    Arrays.fill(winner, -1);
    for (int i = 0; i < places.length; i++) {
      winner[Math.toIntExact(places[i])] = i;
    }
    byte[] hit = new byte[slots];
    int count = 0;
    for (int i = 0; i < slots; i++) {
      hit[i] = (byte) (winner[i] >= 0 ? 1 : 0);
      count += hit[i];
    }
    if (count == 0) {
      return x;
    }
    long[] to = new long[count];
    long[] from = new long[count];
    for (int i = 0, k = 0; i < slots; i++) {
      if (winner[i] >= 0) {
        to[k] = i;
        from[k++] = winner[i];
      }
    }
    Tensor chosen = Ops.gather(updates, longs(from), 0);
    Tensor put = takeAdd(chosen, longs(to), slots);
    long[] column = new long[x.rank()];
    Arrays.fill(column, 1);
    column[0] = slots;
    Tensor mask = Interpreters.root().fromHost(hit, DType.BOOL, Shape.of(column));
    return Ops.where(mask, put, x);
  }

  static Tensor takeAdd(Tensor updates, Tensor indices, long size) {
    return Interpreters.bind(Prims.TAKE_ADD, new Attrs.AxisSize(0, size), updates, indices);
  }

  static Tensor longs(long... values) {
    return Interpreters.root().fromHost(values, DType.INT64, Shape.of(values.length));
  }

  private static Tensor combined(Tensor x, long[] places, Tensor updates, Combine how) {
    long slots = x.shape().rawDims()[0];
    if (how == Combine.ADD) {
      return x.add(takeAdd(updates, longs(places), slots));
    } else if (how == Combine.SUB) {
      return x.sub(takeAdd(updates, longs(places), slots));
    } else if (how == Combine.UPDATE) {
      return update(x, places, updates);
    }
    // Each round takes the next update of every place, so that within a round none meets another.
    Tensor result = x;
    for (int[] round : rounds(places, slots)) {
      long[] to = new long[round.length];
      long[] from = new long[round.length];
      for (int i = 0; i < round.length; i++) {
        from[i] = round[i];
        to[i] = places[round[i]];
      }
      Tensor next = Ops.gather(updates, longs(from), 0);
      Tensor now = Ops.gather(result, longs(to), 0);
      result = update(result, to, Join.to(x.dtype(), joined(now, next, how)));
    }
    return result;
  }

  private static Tensor joined(Tensor now, Tensor next, Combine how) {
    return switch (how) {
      case MUL -> Ops.mul(now, next);
      case DIV -> now.dtype().isFloat() ? Ops.div(now, next) : Ops.floorDiv(now, next);
      case MAX -> Ops.maximum(now, next);
      case MIN -> Ops.minimum(now, next);
      case ADD, SUB, UPDATE -> throw new AssertionError(how);
    };
  }

  private static List<int[]> rounds(long[] places, long slots) {
    int[] seen = new int[Math.toIntExact(slots)];
    List<List<Integer>> rounds = new ArrayList<>();
    for (int i = 0; i < places.length; i++) {
      int round = seen[(int) places[i]]++;
      if (round == rounds.size()) {
        rounds.add(new ArrayList<>());
      }
      rounds.get(round).add(i);
    }
    return rounds.stream().map(r -> r.stream().mapToInt(Integer::intValue).toArray()).toList();
  }

  // ---- places by index vectors ------------------------------------------------------------------

  /** Row-major numbers of the places that the vectors along the last axis of the indices name. */
  private static long[] flatPlaces(String op, Tensor indices, Shape shape) {
    Rules.requireIndices(op, indices.type());
    if (indices.rank() == 0 || indices.dim(-1) > shape.rank()) {
      throw new ShapeException(
          Messages.of(op + ": the last axis of the indices is no vector of places")
              .line("input  ", shape)
              .line("indices", indices.shape())
              .hint("its extent is the number of leading axes that they index")
              .text());
    }
    int depth = (int) indices.dim(-1);
    long[] parts = HostExport.toLongs(indices);
    long[] places = new long[(int) (indices.size() / Math.max(depth, 1))];
    for (int i = 0; i < places.length; i++) {
      for (int axis = 0; axis < depth; axis++) {
        long n = shape.rawDims()[axis];
        long place = parts[i * depth + axis];
        if (place < -n || place >= n) {
          throw Indexing.outOfRange(place, axis, shape);
        }
        places[i] = places[i] * n + (place < 0 ? place + n : place);
      }
    }
    return places;
  }

  private static Shape prefix(Shape s, int count) {
    return Shape.of(Arrays.copyOf(s.rawDims(), count));
  }

  private static Shape suffix(Shape s, int from) {
    return Shape.of(Arrays.copyOfRange(s.rawDims(), from, s.rank()));
  }

  private static Shape joined(Shape a, Shape b) {
    long[] dims = Arrays.copyOf(a.rawDims(), a.rank() + b.rank());
    System.arraycopy(b.rawDims(), 0, dims, a.rank(), b.rank());
    return Shape.of(dims);
  }

  /** The slices of x [d1..dk, rest] at indices [batch, k]: result [batch, rest]. */
  static Tensor gatherNd(Tensor x, Tensor indices) {
    long[] places = flatPlaces("gatherNd", indices, x.shape());
    int depth = (int) indices.dim(-1);
    Shape rest = suffix(x.shape(), depth);
    Tensor rows = Ops.reshape(x, rest.insert(0, prefix(x.shape(), depth).size()).rawDims());
    Tensor picked = Ops.gather(rows, longs(places), 0);
    return Ops.reshape(picked, joined(prefix(indices.shape(), indices.rank() - 1), rest).rawDims());
  }

  /** x [d1..dk, rest] with updates [batch, rest] joined in at indices [batch, k]. */
  static Tensor scatterNd(Tensor x, Tensor indices, Tensor updates, Combine how) {
    long[] places = flatPlaces("tensorScatter", indices, x.shape());
    int depth = (int) indices.dim(-1);
    Shape rest = suffix(x.shape(), depth);
    Shape expected = joined(prefix(indices.shape(), indices.rank() - 1), rest);
    Rules.requireShape("tensorScatter", "updates", updates.type(), expected);
    Tensor rows = Ops.reshape(x, rest.insert(0, prefix(x.shape(), depth).size()).rawDims());
    Tensor flat = Ops.reshape(updates, rest.insert(0, places.length).rawDims());
    Tensor result = combined(rows, places, Join.to(x.dtype(), flat), how);
    return Ops.reshape(result, x.shape().rawDims());
  }

  // ---- places along one axis --------------------------------------------------------------------

  /** The part of the input that indices of lesser extents reach; only {@code axis} stays whole. */
  static Tensor reached(String op, Tensor x, Shape indices, int axis) {
    boolean fits = x.rank() == indices.rank();
    Tensor part = x;
    for (int i = 0; fits && i < x.rank(); i++) {
      long n = indices.rawDims()[i];
      fits = i == axis || n <= x.shape().rawDims()[i];
      if (fits && i != axis && n < x.shape().rawDims()[i]) {
        part = Movement.narrow(part, i, 0, n);
      }
    }
    if (!fits) {
      throw new ShapeException(
          Messages.of(op + ": the indices do not fit the input")
              .line("input  ", x.shape())
              .line("indices", indices)
              .line("axis   ", axis)
              .hint("they need the same rank, and no larger extents but along the axis")
              .text());
    }
    return part;
  }

  /** x with single elements joined in along an axis, at indices of the updates' shape. */
  static Tensor scatter(Tensor x, int axis, Tensor indices, Tensor updates, Combine how) {
    int a = x.shape().axis(axis, "scatter");
    Rules.requireIndices("scatter", indices.type());
    Shape s = indices.shape();
    reached("scatter", x, s, a);
    Tensor fitting = Join.to(x.dtype(), s.equals(updates.shape()) ? updates : cut(updates, s));
    if (how == Combine.ADD) {
      Tensor counted = Indexing.checked(indices, a, x.shape());
      Tensor sums =
          Interpreters.bind(
              Prims.PUT_ALONG_ADD, new Attrs.AxisSize(a, x.shape().rawDims()[a]), fitting, counted);
      long[] high = new long[x.rank()];
      for (int i = 0; i < high.length; i++) {
        high[i] = i == a ? 0 : x.shape().rawDims()[i] - s.rawDims()[i];
      }
      boolean whole = Arrays.stream(high).allMatch(h -> h == 0);
      return x.add(whole ? sums : Movement.pad(sums, new long[x.rank()], high, 0));
    }
    long[] places = placesAlong(HostExport.toLongs(indices), s, x.shape(), a);
    Tensor result =
        combined(Ops.reshape(x, x.size()), places, Ops.reshape(fitting, fitting.size()), how);
    return Ops.reshape(result, x.shape().rawDims());
  }

  private static Tensor cut(Tensor updates, Shape to) {
    if (updates.rank() == 0) {
      return Join.to(to, updates);
    }
    Tensor part = updates;
    boolean fits = updates.rank() == to.rank();
    for (int i = 0; fits && i < to.rank(); i++) {
      fits = to.rawDims()[i] <= updates.shape().rawDims()[i];
      part = fits ? Movement.narrow(part, i, 0, to.rawDims()[i]) : part;
    }
    if (!fits) {
      Rules.requireShape("scatter", "updates", updates.type(), to);
    }
    return part;
  }

  private static long[] placesAlong(long[] indices, Shape s, Shape x, int axis) {
    long[] places = new long[indices.length];
    long n = x.rawDims()[axis];
    for (int i = 0; i < indices.length; i++) {
      long rest = i;
      long place = 0;
      for (int k = 0; k < s.rank(); k++) {
        long coordinate = rest / s.rawStrides()[k];
        rest %= s.rawStrides()[k];
        place += (k == axis ? 0 : coordinate) * x.rawStrides()[k];
      }
      if (indices[i] < -n || indices[i] >= n) {
        throw Indexing.outOfRange(indices[i], axis, x);
      }
      places[i] = place + (indices[i] < 0 ? indices[i] + n : indices[i]) * x.rawStrides()[axis];
    }
    return places;
  }

  /** Sums of the slices of x [ids' shape, rest] with the same id: result [segments, rest]. */
  static Tensor segmentSum(Tensor x, Tensor ids, long segments) {
    Rules.requireIndices("unsortedSegmentSum", ids.type());
    Checks.notNegative("unsortedSegmentSum", "numSegments", segments);
    boolean fits = ids.rank() <= x.rank() && ids.shape().equals(prefix(x.shape(), ids.rank()));
    if (!fits || ids.rank() == 0) {
      throw new ShapeException(
          Messages.of("unsortedSegmentSum: the ids do not have the input's leading axes")
              .line("input", x.shape())
              .line("ids  ", ids.shape())
              .text());
    }
    boolean negative = false;
    for (long id : HostExport.toLongs(ids)) {
      negative |= id < 0;
      if (id >= segments) {
        throw new ShapeException(
            Messages.of("unsortedSegmentSum: id " + id + " names no segment")
                .line("segments", segments)
                .text());
      }
    }
    if (!negative) {
      return takeAdd(x, ids, segments);
    }
    // Elements with a negative id belong to no segment: they are summed aside and dropped.
    Tensor aside = Elementwise.where(ids.lt(0), segments, Join.to(DType.INT64, ids));
    return Movement.narrow(takeAdd(x, aside, segments + 1), 0, 0, segments);
  }
}
