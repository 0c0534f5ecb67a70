package dev.mycel.test;

import static dev.mycel.core.None.NONE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Attrs;
import dev.mycel.core.ClosedTensorException;
import dev.mycel.core.DType;
import dev.mycel.core.DeviceException;
import dev.mycel.core.Interpreters;
import dev.mycel.core.OutOfDeviceMemoryException;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.RootInterpreter;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Errors that only a kernel or the memory can find, each with what must hold afterwards. */
final class Mistakes {
  private static final int[] ROWS = {3, 300};
  private static final int WIDTH = 40;

  private Mistakes() {}

  /** By name; each fails if the mistake goes through, or is told badly, or does damage. */
  static Map<String, Runnable> all(String other) {
    Map<String, Runnable> all = new TreeMap<>();
    for (int n : ROWS) {
      for (int wrong : new int[] {n, -n - 1}) {
        String where = ": index " + wrong + " of " + n;
        all.put("take" + where, () -> index(n, wrong, Prims.TAKE, new Attrs.Axis(0), false));
        all.put(
            "take_add" + where,
            () -> index(n, wrong, Prims.TAKE_ADD, new Attrs.AxisSize(0, n), false));
        all.put(
            "take_along" + where, () -> index(n, wrong, Prims.TAKE_ALONG, new Attrs.Axis(0), true));
        all.put(
            "put_along_add" + where,
            () -> index(n, wrong, Prims.PUT_ALONG_ADD, new Attrs.AxisSize(0, n), true));
      }
    }
    all.put("no threads", () -> refused(() -> Interpreters.root().threads(0)));
    all.put("no memory budget", () -> refused(() -> Interpreters.root().memoryBudget(0)));
    all.put("a closed tensor", Mistakes::closed);
    all.put("a tensor of another backend", () -> elsewhere(other));
    all.put("more than the budget", Mistakes::tooLarge);
    return all;
  }

  private static void refused(Runnable mistake) {
    String message = assertThrows(ArgumentException.class, mistake::run).getMessage();
    assertTrue(message.contains("0"), message);
  }

  private static Tensor ones(long... shape) {
    Shape s = Shape.of(shape);
    double[] v = IntStream.range(0, (int) s.size()).mapToDouble(i -> 1).toArray();
    return HostValues.of(DType.FLOAT32, s, v).toTensor();
  }

  /** One index of many is wrong; the others still work afterwards. */
  private static <A> void index(int n, int wrong, Primitive<A> p, A attrs, boolean elements) {
    Shape shape = elements ? Shape.of(n, WIDTH) : Shape.of(n);
    long[] at = new long[(int) shape.size()];
    Tensor x = ones(n, WIDTH);
    RootInterpreter root = Interpreters.root();
    at[at.length - 1] = wrong;
    Tensor bad = root.fromHost(at.clone(), DType.INT64, shape);
    String message =
        assertThrows(ArgumentException.class, () -> Interpreters.bind(p, attrs, x, bad))
            .getMessage();
    assertTrue(message.contains("index " + wrong + " is out of range"), message);
    at[at.length - 1] = n - 1L;
    Tensor good = root.fromHost(at, DType.INT64, shape);
    assertEquals(n, Interpreters.bind(p, attrs, x, good).dim(0));
  }

  private static void closed() {
    for (int n : ROWS) {
      Tensor x = ones(n, WIDTH);
      x.close();
      assertThrows(ClosedTensorException.class, () -> Interpreters.bind(Prims.ADD, NONE, x, x));
      assertThrows(ClosedTensorException.class, () -> Interpreters.root().toHost(x));
    }
  }

  private static void elsewhere(String other) {
    RootInterpreter root = Interpreters.root();
    String mine = root.device().backend();
    if (mine.equals(other)) {
      return;
    }
    Tensor here = ones(3);
    root.useBackend(other);
    Tensor there = ones(3);
    root.useBackend(mine);
    String message =
        assertThrows(DeviceException.class, () -> Interpreters.bind(Prims.ADD, NONE, here, there))
            .getMessage();
    assertTrue(message.contains(mine) && message.contains(other), message);
  }

  /** What holds its memory outside the Java heap keeps to its budget, and goes on afterwards. */
  private static void tooLarge() {
    RootInterpreter root = Interpreters.root();
    long n = 1 << 20;
    try (Tensor probe = ones(n)) {
      if (root.memory().liveBytes() < n * Float.BYTES) {
        return; // on the Java heap, which has a limit of its own
      }
      long budget = root.memory().budgetBytes();
      root.trimMemory();
      root.memoryBudget(root.memory().liveBytes() + n * Float.BYTES / 2);
      long live = root.memory().liveBytes();
      try {
        assertThrows(
            OutOfDeviceMemoryException.class, () -> Interpreters.bind(Prims.NEG, NONE, probe));
        assertTrue(root.memory().liveBytes() <= live, "the refusal holds memory");
      } finally {
        root.memoryBudget(budget);
      }
      Interpreters.bind(Prims.NEG, NONE, probe).close();
    }
  }
}
