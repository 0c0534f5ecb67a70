package dev.mycel.nd4j;

import dev.mycel.core.spi.Backend;
import dev.mycel.core.spi.BackendProvider;
import dev.mycel.core.spi.Probe;

/**
 * Makes the ND4J backend known. Its rank lies between those of the reference and of oneDNN: it is
 * the default only where oneDNN is missing.
 */
public final class Nd4jProvider implements BackendProvider {
  /** For the service loader. */
  public Nd4jProvider() {}

  @Override
  public String name() {
    return Nd4jBackend.NAME;
  }

  @Override
  public String target() {
    return "CPU";
  }

  @Override
  public int rank() {
    return 50;
  }

  @Override
  public Probe probe() {
    String failure = Native.failure();
    return failure == null
        ? Probe.available("ND4J " + Native.version() + " on the CPU")
        : Probe.unavailable(failure);
  }

  @Override
  public Backend open() {
    return new Nd4jBackend();
  }
}
