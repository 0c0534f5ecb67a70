package dev.mycel.onednn;

import dev.mycel.core.spi.Backend;
import dev.mycel.core.spi.BackendProvider;
import dev.mycel.core.spi.Probe;

/** Makes the oneDNN backend known. */
public final class OneDnnProvider implements BackendProvider {
  /** For the service loader. */
  public OneDnnProvider() {}

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public String target() {
    return "CPU";
  }

  @Override
  public int rank() {
    return 100;
  }

  @Override
  public Probe probe() {
    String failure = Dnnl.failure();
    return failure == null
        ? Probe.available("oneDNN " + Dnnl.version())
        : Probe.unavailable(failure);
  }

  @Override
  public Backend open() {
    return new OneDnnBackend();
  }
}
