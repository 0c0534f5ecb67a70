package dev.mycel.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.HalfPrecision;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Layout;
import dev.mycel.core.Mycel;
import dev.mycel.core.None;
import dev.mycel.core.Ops;
import dev.mycel.core.Philox;
import dev.mycel.core.Prims;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorType;
import dev.mycel.core.Variable;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.HeapStorage;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.nn.Parameter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One mask for a key and a counter, wherever and however it is applied; and none is stored. */
class DropoutKernelsTest {
  private static final double P = 0.3;
  private static final Attrs.Dropout DROPOUT = new Attrs.Dropout(P, 17, 4);

  private int threads;

  @BeforeEach
  void onTheNativeBackend() {
    Mycel.setBackend("onednn");
    threads = Mycel.threads();
  }

  @AfterEach
  void asBefore() {
    Mycel.setBackend("onednn");
    Mycel.setThreads(threads);
  }

  private static Tensor drop(Tensor x) {
    return Interpreters.bind(Prims.DROPOUT, DROPOUT, x);
  }

  /** Which elements stay, from the definition. */
  private static boolean[] kept(int size) {
    float[] u = new float[size];
    Philox.uniform(DROPOUT.key(), DROPOUT.counter(), u);
    boolean[] kept = new boolean[size];
    for (int i = 0; i < size; i++) {
      kept[i] = u[i] >= (float) P;
    }
    return kept;
  }

  private static float[] masked(boolean[] kept, float value) {
    float[] y = new float[kept.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = kept[i] ? value * (float) (1 / (1 - P)) : 0;
    }
    return y;
  }

  @Test
  void theMaskIsTheSameOnBothBackendsAndOnAnyNumberOfThreads() {
    for (int size : new int[] {1, 5, 512, 513, 1024, 16_385, 100_003}) {
      float[] right = masked(kept(size), 1);
      for (int count = 1; count <= 3; count++) {
        Mycel.setThreads(count);
        assertArrayEquals(right, drop(Ops.ones(size)).toFloatArray(), size + ", " + count);
      }
      Mycel.setBackend("reference");
      assertArrayEquals(right, drop(Ops.ones(size)).toFloatArray(), size + " on reference");
      Mycel.setBackend("onednn");
    }
  }

  @Test
  void thresholdsDecideAsFloatsCompare() {
    float[] u = new float[4096];
    Philox.uniform(3, 0, u);
    for (double p : new double[] {0, u[7], Math.nextUp(u[7]), 0x1p-24, 0x1p-25, 1e-9, 1 - 1e-9}) {
      Tensor y = Interpreters.bind(Prims.DROPOUT, new Attrs.Dropout(p, 3, 0), Ops.ones(4096));
      float[] found = y.toFloatArray();
      for (int i = 0; i < u.length; i++) {
        assertEquals(u[i] >= (float) p, found[i] != 0, "p = " + p + ", element " + i);
      }
    }
  }

  @Test
  void droppedElementsAreZeroWhateverTheyWere() {
    boolean[] kept = kept(4096);
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -1}) {
      float[] y = drop(Ops.full(Shape.of(4096), value, DType.FLOAT32)).toFloatArray();
      assertArrayEquals(masked(kept, value), y);
    }
  }

  @Test
  void otherLayoutsHaveTheMaskOfTheirElementsAndKeepTheirOrder() {
    Tensor rows = Ops.ones(6, 5, 9, 31);
    float[] right = masked(kept(6 * 5 * 9 * 31), 1);
    Tensor last = Ops.ones(6, 9, 31, 5).transpose(0, 3, 1, 2);
    Tensor y = drop(last);
    assertArrayEquals(right, y.toFloatArray());
    assertTrue(Interpreters.root().layout(y).sameStrides(Interpreters.root().layout(last)));
    assertArrayEquals(right, drop(rows).toFloatArray());
    Tensor repeated = Ops.broadcastTo(Ops.ones(1, 5, 9, 31), Shape.of(6, 5, 9, 31));
    assertArrayEquals(right, drop(repeated).toFloatArray());
    Tensor tiny = Ops.ones(7, 3).transpose(1, 0);
    assertArrayEquals(masked(kept(21), 1), drop(tiny).toFloatArray());
  }

  @Test
  void halfTypesAreComputedInFloat32AndRoundedOnce() {
    int n = 3000;
    boolean[] kept = kept(n);
    OneDnnBackend backend = new OneDnnBackend();
    for (DType t : new DType[] {DType.BFLOAT16, DType.FLOAT16}) {
      short[] bits = new short[n];
      float[] values = new float[n];
      for (int i = 0; i < n; i++) {
        bits[i] = narrow(t, (float) Math.sin(i));
        values[i] = wide(t, bits[i]);
      }
      Shape shape = Shape.of(n);
      Buffer x = new Buffer(HeapStorage.wrap(t, bits), Layout.contiguous(shape));
      TensorType type = new TensorType(shape, t, backend.device());
      KernelCall<Attrs.Dropout> call =
          new KernelCall<>(
              Prims.DROPOUT, DROPOUT, new Buffer[] {x}, new TensorType[] {type}, backend, 0);
      backend.kernels().entries(Prims.DROPOUT).get(1).kernel().run(call);
      Buffer y = java.util.Objects.requireNonNull(call.allocated(0));
      short[] found = new short[n];
      backend.copyOut(y.storage(), 0, found, 0, n);
      for (int i = 0; i < n; i++) {
        float right = kept[i] ? values[i] * (float) (1 / (1 - P)) : 0;
        assertEquals(narrow(t, right), found[i], t + ", element " + i);
      }
      y.storage().release();
    }
  }

  private static short narrow(DType t, float x) {
    return t == DType.FLOAT16 ? HalfPrecision.toFloat16(x) : HalfPrecision.toBfloat16(x);
  }

  private static float wide(DType t, short x) {
    return t == DType.FLOAT16 ? HalfPrecision.fromFloat16(x) : HalfPrecision.fromBfloat16(x);
  }

  @Test
  void neitherForwardNorBackwardStoresAMask() {
    int n = 1024 * 1024;
    long bytes = (long) n * Float.BYTES;
    try (Scope scope = Scope.open()) {
      Tensor x = Ops.ones(1024, 1024);
      List<String> fallbacks = Interpreters.root().profile();
      Mycel.trimMemory();
      long before = held();
      var r = Autograd.valueAndGrad((Tensor t) -> drop(t)).apply(x);
      // Two results, the gradient's seed of ones, and nothing of a mask, not even one bit each.
      assertTrue(held() - before < 3 * bytes + n / 8, held() - before + " bytes");
      assertTrue(r.value().sameAs(r.grads()));
      assertEquals(fallbacks, Interpreters.root().profile());
    }
  }

  /** All that the pool ever needed at once since it was trimmed. */
  private static long held() {
    return Mycel.memory().liveBytes() + Mycel.memory().cachedBytes();
  }

  @Test
  void aSumIntoAVariableThatOwnsItsMemoryTakesNoMore() {
    Parameter p = new Parameter(Ops.ones(64, 64), "w");
    try (Scope scope = Scope.open()) {
      Tensor other = Ops.full(Shape.of(64, 64), 2, DType.FLOAT32);
      Mycel.trimMemory();
      long before = held();
      Interpreters.top().update(Prims.ADD, None.NONE, new Variable[] {p}, new Tensor[] {other});
      assertEquals(before, held());
      Tensor kept = p.value();
      Interpreters.top().update(Prims.ADD, None.NONE, new Variable[] {p}, new Tensor[] {other});
      assertEquals(3 * 4096, kept.sum().item(), "a value that somebody holds stays");
    }
    assertEquals(5 * 4096, p.value().sum().item());
  }
}
