package dev.mycel.reference;

import static dev.mycel.core.None.NONE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Layout;
import dev.mycel.core.None;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.RootInterpreter;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.TensorType;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.HeapStorage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every primitive runs, and no kernel depends on how its inputs lie in memory. */
final class ReferenceCoverageTest {
  private static final List<DType> ALL = List.of(DType.values());
  private static final List<DType> FLOATS =
      List.of(DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64);

  /** A primitive with attributes and the shapes of its inputs. */
  private record Sample<A>(
      Primitive<A> primitive, A attrs, List<DType> dtypes, List<Shape> shapes) {
    Sample(Primitive<A> primitive, A attrs, List<DType> dtypes, Shape... shapes) {
      this(primitive, attrs, dtypes, List.of(shapes));
    }

    /** Inputs of that type; indices, places and conditions have types of their own. */
    Buffer[] inputs(DType dtype) {
      Buffer[] made = new Buffer[shapes.size()];
      for (int i = 0; i < made.length; i++) {
        String name = primitive.name();
        boolean index = i == 1 && (name.startsWith("take") || name.startsWith("put_along"));
        boolean places = i == 1 && name.startsWith("max_pool");
        boolean condition = i == 0 && name.equals("select");
        DType own = index ? DType.INT64 : places ? DType.UINT8 : condition ? DType.BOOL : dtype;
        made[i] = filled(own, shapes.get(i), i, index);
      }
      return made;
    }
  }

  private static Buffer filled(DType dtype, Shape shape, int seed, boolean index) {
    int n = (int) shape.size();
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      int k = (i * 7 + seed * 3) % 11;
      values[i] = dtype.isFloat() ? k * 0.25 - 0.9 : index ? k % 2 : k % 3 + 1;
    }
    HeapStorage storage = HeapStorage.allocate(dtype, n);
    Buffer buffer = new Buffer(storage, Layout.contiguous(shape));
    Buffer from = ReferenceCalls.buffer(DType.FLOAT64, values, shape.dims());
    Object converted = ReferenceCalls.run(Prims.CAST, new Attrs.Cast(dtype), from);
    System.arraycopy(converted, 0, buffer.array(), 0, n);
    return buffer;
  }

  private static List<Sample<?>> samples() {
    Shape s = Shape.of(2, 3, 4);
    List<Sample<?>> list = new ArrayList<>();
    for (Primitive<?> p : Primitive.all()) {
      if (p.isElementwise() && !p.isComposite()) {
        addElementwise(list, p, s);
      }
    }
    addMovement(list, s);
    addReductions(list, s);
    addWindows(list);
    addIndexing(list, s);
    addSources(list);
    return list;
  }

  @SuppressWarnings("unchecked") // primitives without a record of their own take NONE
  private static void addElementwise(List<Sample<?>> list, Primitive<?> p, Shape s) {
    if (p == Prims.POLYGAMMA) {
      list.add(new Sample<>(Prims.POLYGAMMA, new Attrs.Order(1), FLOATS, s));
    } else if (p == Prims.CAST) {
      list.add(new Sample<>(Prims.CAST, new Attrs.Cast(DType.INT16), ALL, s));
    } else if (p == Prims.SELECT) {
      list.add(new Sample<>(Prims.SELECT, NONE, ALL, s, s, s));
    } else {
      Shape[] shapes = takesTwo(p) ? new Shape[] {s, s} : new Shape[] {s};
      list.add(new Sample<>((Primitive<None>) p, NONE, ALL, shapes));
    }
  }

  private static boolean takesTwo(Primitive<?> p) {
    Set<String> names =
        Set.of(
            "add",
            "sub",
            "mul",
            "div",
            "floor_div",
            "floor_mod",
            "fmod",
            "pow",
            "max",
            "min",
            "atan2",
            "eq",
            "ne",
            "lt",
            "le",
            "gt",
            "ge",
            "and",
            "or",
            "xor",
            "shift_left",
            "shift_right");
    return names.contains(p.name());
  }

  private static void addMovement(List<Sample<?>> list, Shape s) {
    list.add(new Sample<>(Prims.RESHAPE, new Attrs.To(Shape.of(4, 6)), ALL, s));
    list.add(new Sample<>(Prims.TRANSPOSE, new Attrs.Permutation(2, 0, 1), ALL, s));
    list.add(new Sample<>(Prims.BROADCAST_TO, new Attrs.To(Shape.of(2, 2, 3, 4)), ALL, s));
    list.add(
        new Sample<>(
            Prims.SLICE,
            new Attrs.Slice(new long[] {1, 0, 1}, Shape.of(1, 2, 2), new long[] {1, 2, 2}),
            ALL,
            s));
    list.add(new Sample<>(Prims.FLIP, new Attrs.Axes(0, 2), ALL, s));
    list.add(
        new Sample<>(
            Prims.PAD,
            new Attrs.Pad(new long[] {1, 0, 2}, new long[] {0, 1, 0}, new long[] {0, 1, 2}, 3),
            ALL,
            s));
    list.add(new Sample<>(Prims.CONCAT, new Attrs.Axis(1), ALL, s, Shape.of(2, 1, 4), s));
  }

  private static void addReductions(List<Sample<?>> list, Shape s) {
    for (int[] axes : new int[][] {{0}, {2}, {0, 2}, {0, 1, 2}}) {
      list.add(new Sample<>(Prims.REDUCE_SUM, new Attrs.Axes(axes), ALL, s));
      list.add(new Sample<>(Prims.REDUCE_PROD, new Attrs.Axes(axes), ALL, s));
      list.add(new Sample<>(Prims.REDUCE_MAX, new Attrs.Axes(axes), ALL, s));
      list.add(new Sample<>(Prims.REDUCE_MIN, new Attrs.Axes(axes), ALL, s));
    }
    for (int axis = 0; axis < 3; axis++) {
      list.add(new Sample<>(Prims.ARGMAX, new Attrs.Axis(axis), ALL, s));
      list.add(new Sample<>(Prims.ARGMIN, new Attrs.Axis(axis), ALL, s));
      list.add(new Sample<>(Prims.CUMSUM, new Attrs.Scan(axis, false, true), ALL, s));
      list.add(new Sample<>(Prims.SORT, new Attrs.Sort(axis, true), ALL, s));
    }
    list.add(new Sample<>(Prims.MATMUL, NONE, ALL, s, Shape.of(2, 4, 5)));
  }

  private static void addWindows(List<Sample<?>> list) {
    long[] ones = {1, 1};
    Attrs.Conv c = new Attrs.Conv(new long[] {2, 1}, ones, new long[] {0, 1}, new long[] {1, 2}, 2);
    Shape x = Shape.of(2, 4, 5, 6);
    Shape w = Shape.of(6, 2, 2, 3);
    Shape y = Shape.of(2, 6, 3, 4);
    list.add(new Sample<>(Prims.CONV, c, FLOATS, x, w, Shape.of(6)));
    list.add(new Sample<>(Prims.CONV_INPUT_GRAD, new Attrs.ConvGrad(c, x), FLOATS, y, w));
    list.add(new Sample<>(Prims.CONV_WEIGHT_GRAD, new Attrs.ConvGrad(c, w), FLOATS, x, y));
    Attrs.Window win = new Attrs.Window(new long[] {2, 3}, ones, ones, ones, ones, false);
    Attrs.WindowGrad grad = new Attrs.WindowGrad(win, x);
    Shape pooled = Shape.of(2, 4, 6, 6);
    list.add(new Sample<>(Prims.MAX_POOL, win, ALL, x));
    list.add(new Sample<>(Prims.MAX_POOL_GATHER, win, ALL, x, pooled));
    list.add(new Sample<>(Prims.MAX_POOL_SCATTER, grad, ALL, pooled, pooled));
    list.add(new Sample<>(Prims.AVG_POOL, win, FLOATS, x));
    list.add(new Sample<>(Prims.AVG_POOL_GRAD, grad, FLOATS, pooled));
  }

  private static void addIndexing(List<Sample<?>> list, Shape s) {
    for (int axis = 0; axis < 3; axis++) {
      list.add(new Sample<>(Prims.TAKE, new Attrs.Axis(axis), ALL, s, Shape.of(3, 2)));
      list.add(new Sample<>(Prims.TAKE_ALONG, new Attrs.Axis(axis), ALL, s, s.with(axis, 5)));
      list.add(new Sample<>(Prims.PUT_ALONG_ADD, new Attrs.AxisSize(axis, 2), ALL, s, s));
    }
    list.add(new Sample<>(Prims.TAKE_ADD, new Attrs.AxisSize(1, 5), ALL, s, Shape.of(3)));
    list.add(new Sample<>(Prims.TAKE_ADD, new Attrs.AxisSize(0, 5), ALL, s, Shape.of(2, 3)));
  }

  private static void addSources(List<Sample<?>> list) {
    Shape s = Shape.of(5);
    list.add(new Sample<>(Prims.FULL, new Attrs.Full(s, DType.INT8, 3, 3), ALL));
    list.add(new Sample<>(Prims.IOTA, new Attrs.Iota(5, DType.FLOAT16, 1, 0.5), ALL));
    list.add(new Sample<>(Prims.RANDOM_BITS, new Attrs.Draw(s, DType.INT32, 1, 2), ALL));
    list.add(new Sample<>(Prims.RANDOM_UNIFORM, new Attrs.Draw(s, DType.FLOAT64, 1, 2), ALL));
    list.add(new Sample<>(Prims.RANDOM_NORMAL, new Attrs.Draw(s, DType.FLOAT16, 1, 2), ALL));
  }

  @Test
  void everyPrimitiveThatIsNoCompositeHasAKernelAndASample() {
    Set<String> sampled = new HashSet<>();
    samples().forEach(sample -> sampled.add(sample.primitive().name()));
    for (Primitive<?> p : Primitive.all()) {
      if (!p.isComposite()) {
        assertTrue(ReferenceCalls.BACKEND.kernels().has(p), p + " has no kernel");
        assertTrue(sampled.contains(p.name()), p + " has no sample");
      }
    }
  }

  @Test
  void resultsDoNotDependOnLayoutsForAnyTypeThatTheRuleAllows() {
    int runs = 0;
    for (Sample<?> sample : samples()) {
      int taken = 0;
      for (DType dtype : sample.dtypes()) {
        taken += compare(sample, dtype) ? 1 : 0;
      }
      assertTrue(taken > 0, sample.primitive() + " takes no type");
      runs += taken;
    }
    assertTrue(runs > 500, "only " + runs + " runs");
  }

  private static <A> boolean compare(Sample<A> sample, DType dtype) {
    Buffer[] inputs = sample.inputs(dtype);
    Buffer[] moved = new Buffer[inputs.length];
    TensorType[] types = new TensorType[inputs.length];
    for (int i = 0; i < moved.length; i++) {
      moved[i] = ReferenceCalls.awkward(inputs[i]);
      types[i] =
          new TensorType(inputs[i].shape(), inputs[i].dtype(), ReferenceCalls.BACKEND.device());
    }
    try {
      sample.primitive().infer(sample.attrs(), types);
    } catch (TensorException refused) {
      return false;
    }
    Buffer[] straight = ReferenceCalls.all(sample.primitive(), sample.attrs(), inputs);
    Buffer[] strided = ReferenceCalls.all(sample.primitive(), sample.attrs(), moved);
    for (int i = 0; i < straight.length; i++) {
      assertTrue(
          ReferenceCalls.sameBits(straight[i].array(), strided[i].array()),
          sample.primitive() + " of " + dtype + " depends on the layout");
    }
    return true;
  }

  @Test
  void everyCompositeRunsThroughItsDecomposition() {
    RootInterpreter root = Interpreters.root();
    String before = root.device().backend();
    root.useBackend("reference");
    try {
      Shape x = Shape.of(2, 3, 4);
      Shape c = Shape.of(3);
      composite(Prims.RELU, NONE, x);
      composite(Prims.RELU_GRAD, NONE, x, x);
      composite(Prims.GELU, new Attrs.Gelu(true), x);
      composite(Prims.GELU, new Attrs.Gelu(false), x);
      composite(Prims.GELU_GRAD, new Attrs.Gelu(true), x, x);
      composite(Prims.GELU_GRAD, new Attrs.Gelu(false), x, x);
      composite(Prims.SOFTMAX, new Attrs.Axis(1), x);
      composite(Prims.SOFTMAX_GRAD, new Attrs.Axis(1), x, x);
      composite(Prims.LOG_SOFTMAX, new Attrs.Axis(1), x);
      composite(Prims.LOG_SOFTMAX_GRAD, new Attrs.Axis(1), x, x);
      composite(Prims.LINEAR, NONE, x, Shape.of(5, 4), Shape.of(5));
      composite(Prims.BATCH_NORM, new Attrs.Epsilon(1e-5), x, c, c);
      composite(Prims.BATCH_NORM_GRAD, new Attrs.Epsilon(10), x, x, c, c, c);
      composite(Prims.BATCH_NORM_INFER, new Attrs.Epsilon(10), x, c, c, c, c);
      Shape inner = Shape.of(4);
      Shape rows = Shape.of(2, 3, 1);
      composite(Prims.LAYER_NORM, new Attrs.LayerNorm(2, 1e-5), x, inner, inner);
      composite(Prims.LAYER_NORM_GRAD, new Attrs.LayerNorm(2, 1e-5), x, x, inner, rows, rows);
      composite(Prims.DROPOUT, new Attrs.Dropout(0.5, 3, 4), x);
      crossEntropy(root);
      updates(x);
    } finally {
      root.useBackend(before);
    }
  }

  private static void updates(Shape x) {
    Shape one = Shape.scalar();
    composite(Prims.SGD_UPDATE, new Attrs.Sgd(0.9, 0.1, 0.01, false), x, x, x, one, one);
    composite(Prims.MOMENTUM_UPDATE, new Attrs.Momentum(0.9, 0.01, true), x, x, x, one);
    Attrs.Adam adam = new Attrs.Adam(0.9, 0.999, 10, 0.01, false);
    positive(Prims.ADAM_UPDATE, adam, x, x, x, x, one);
    positive(Prims.ADAM_WEIGHT_DECAY_UPDATE, adam, x, x, x, x, one);
  }

  private static void crossEntropy(RootInterpreter root) {
    Tensor logits = tensor(root, Shape.of(2, 3), false);
    Tensor labels = root.fromHost(new int[] {2, 0}, DType.INT32, Shape.of(2));
    Tensor[] out = finite(Prims.SOFTMAX_CROSS_ENTROPY, NONE, logits, labels);
    finite(Prims.SOFTMAX_CROSS_ENTROPY_GRAD, NONE, out[0], out[1], labels);
  }

  private static Tensor tensor(RootInterpreter root, Shape shape, boolean positive) {
    float[] values = new float[(int) shape.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = positive ? 0.1f + i % 5 : (i * 7 % 11) * 0.25f - 1;
    }
    return root.fromHost(values, DType.FLOAT32, shape);
  }

  private static <A> void composite(Primitive<A> p, A attrs, Shape... shapes) {
    run(p, attrs, false, shapes);
  }

  private static <A> void positive(Primitive<A> p, A attrs, Shape... shapes) {
    run(p, attrs, true, shapes);
  }

  private static <A> void run(Primitive<A> p, A attrs, boolean positive, Shape... shapes) {
    Tensor[] inputs = new Tensor[shapes.length];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = tensor(Interpreters.root(), shapes[i], positive);
    }
    finite(p, attrs, inputs);
  }

  private static <A> Tensor[] finite(Primitive<A> p, A attrs, Tensor... inputs) {
    assertTrue(p.isComposite(), p.name());
    TensorType[] types = new TensorType[inputs.length];
    for (int i = 0; i < types.length; i++) {
      types[i] = inputs[i].type();
    }
    TensorType[] expected = p.infer(attrs, types);
    Tensor[] out = Interpreters.bindAll(p, attrs, inputs);
    assertEquals(expected.length, out.length, p.name());
    for (int i = 0; i < out.length; i++) {
      assertEquals(expected[i].shape(), out[i].shape(), p.name());
      assertEquals(expected[i].dtype(), out[i].dtype(), p.name());
      for (float v : (float[]) Interpreters.root().toHost(out[i])) {
        assertTrue(Float.isFinite(v), p.name() + " gave " + v);
      }
    }
    return out;
  }

  @Test
  void theBackendHasOneThreadAndNothingOutsideTheHeap() {
    assertEquals(1, ReferenceCalls.BACKEND.threads());
    assertThrows(ArgumentException.class, () -> ReferenceCalls.BACKEND.threads(0));
    assertThrows(ArgumentException.class, () -> ReferenceCalls.BACKEND.memoryBudget(0));
    assertEquals(0, ReferenceCalls.BACKEND.memory().liveBytes());
    assertTrue(new ReferenceProvider().probe().available());
  }
}
