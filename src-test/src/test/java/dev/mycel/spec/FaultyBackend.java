package dev.mycel.spec;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Device;
import dev.mycel.core.None;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.BackendProvider;
import dev.mycel.core.spi.HeapBackend;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import dev.mycel.core.spi.Probe;
import java.util.concurrent.locks.LockSupport;

/** A backend with mistakes that the conformance kit has to find, one at a time. */
public final class FaultyBackend extends HeapBackend implements BackendProvider {
  /** What it does wrong. */
  enum Fault {
    NONE,
    /** Reads inputs as if they lay row-major from the first element on. */
    FORGETS_LAYOUTS,
    /** Adds up float32 in float32, one after another. */
    DRIFTS,
    /** Takes indices modulo the extent. */
    WRAPS_INDICES,
    /** Keeps a place for results that all threads use. */
    SHARES_MEMORY
  }

  static volatile Fault fault = Fault.NONE;

  private static final float[] SHARED = new float[1 << 16];

  public FaultyBackend() {
    super(new Device("CPU", "faulty", 0), table());
  }

  private static KernelTable table() {
    return new KernelTable()
        .put(
            Prims.ADD,
            Access.STRIDED,
            "without layouts",
            call -> is(call, Fault.FORGETS_LAYOUTS),
            call -> add(call, 0, 0, new float[(int) call.input(0).size()]))
        .put(
            Prims.ADD,
            Access.CONTIGUOUS,
            "by way of a shared array",
            call -> is(call, Fault.SHARES_MEMORY) && call.input(0).size() <= SHARED.length,
            call ->
                add(
                    call,
                    (int) call.input(0).layout().offset(),
                    (int) call.input(1).layout().offset(),
                    SHARED))
        .put(
            Prims.REDUCE_SUM,
            Access.CONTIGUOUS,
            "in one float32",
            call -> is(call, Fault.DRIFTS) && call.outputType(0).shape().rank() == 0,
            FaultyBackend::sum)
        .put(
            Prims.TAKE,
            Access.CONTIGUOUS,
            "without a check",
            call -> is(call, Fault.WRAPS_INDICES) && call.attrs().axis() == 0,
            FaultyBackend::take)
        .freeze();
  }

  private static boolean is(KernelCall<?> call, Fault wanted) {
    return fault == wanted && call.input(0).dtype() == DType.FLOAT32;
  }

  private static void add(KernelCall<None> call, int i, int k, float[] way) {
    float[] a = (float[]) call.input(0).array();
    float[] b = (float[]) call.input(1).array();
    float[] sum = (float[]) call.output(0).array();
    for (int n = 0; n < sum.length; n++) {
      way[n] = a[i + n] + b[k + n];
    }
    if (way == SHARED) {
      LockSupport.parkNanos(100_000); // long enough for another thread to come
    }
    System.arraycopy(way, 0, sum, 0, sum.length);
  }

  private static void sum(KernelCall<Attrs.Axes> call) {
    float[] x = (float[]) call.input(0).array();
    int from = (int) call.input(0).layout().offset();
    float sum = 0;
    for (int n = 0; n < call.input(0).size(); n++) {
      sum += x[from + n];
    }
    ((float[]) call.output(0).array())[0] = sum;
  }

  private static void take(KernelCall<Attrs.Axis> call) {
    float[] x = (float[]) call.input(0).array();
    float[] y = (float[]) call.output(0).array();
    long[] at = (long[]) call.input(1).array();
    int extent = (int) call.input(0).shape().dim(0);
    int width = (int) call.input(0).size() / extent;
    for (int n = 0; n < at.length; n++) {
      int row = (int) Math.floorMod(at[n], (long) extent);
      System.arraycopy(x, row * width, y, n * width, width);
    }
  }

  @Override
  public String name() {
    return "faulty";
  }

  @Override
  public String target() {
    return "CPU";
  }

  @Override
  public int rank() {
    return -2;
  }

  @Override
  public Probe probe() {
    return Probe.available("for a test of the conformance kit");
  }

  @Override
  public FaultyBackend open() {
    return this;
  }
}
