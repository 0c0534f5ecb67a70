package dev.mycel.spec;

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

public final class ToyBackend extends HeapBackend implements BackendProvider {
  public ToyBackend() {
    super(
        new Device("CPU", "toy", 0),
        new KernelTable()
            .put(Prims.ADD, Access.CONTIGUOUS, "a loop", ToyBackend::takes, ToyBackend::add)
            .freeze());
  }

  private static boolean takes(KernelCall<None> call) {
    return call.input(0).dtype() == DType.FLOAT32;
  }

  private static void add(KernelCall<None> call) {
    float[] a = (float[]) call.input(0).array();
    float[] b = (float[]) call.input(1).array();
    int i = (int) call.input(0).layout().offset();
    int k = (int) call.input(1).layout().offset();
    float[] sum = (float[]) call.output(0).array();
    for (int n = 0; n < sum.length; n++) {
      sum[n] = a[i + n] + b[k + n];
    }
  }

  @Override
  public String name() {
    return "toy";
  }

  @Override
  public String target() {
    return "CPU";
  }

  @Override
  public int rank() {
    return -1; // below the reference: never the default
  }

  @Override
  public Probe probe() {
    return Probe.available("one kernel");
  }

  @Override
  public ToyBackend open() {
    return this;
  }
}
