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

  /** The backend of this process, which the bridge asks for memory. */
  static Nd4jBackend opened() {
    return Opened.BACKEND;
  }

  @Override
  public Backend open() {
    return Opened.BACKEND;
  }

  /** Made with the first use. */
  private static final class Opened {
    static final Nd4jBackend BACKEND = new Nd4jBackend();
  }
}
