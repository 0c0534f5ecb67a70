package dev.mycel.reference;

import dev.mycel.core.spi.Backend;
import dev.mycel.core.spi.BackendProvider;
import dev.mycel.core.spi.Probe;

/** Makes the reference backend known; it is available wherever Java runs. */
public final class ReferenceProvider implements BackendProvider {
  /** For the service loader. */
  public ReferenceProvider() {}

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public String target() {
    return "CPU";
  }

  @Override
  public int rank() {
    return 0;
  }

  @Override
  public Probe probe() {
    return Probe.available("plain Java loops, one thread");
  }

  @Override
  public Backend open() {
    return new ReferenceBackend();
  }
}
