package dev.mycel.core;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What holds for the whole process: seed, backend, device, memory, threads, version. */
public final class Mycel {
  /** How cells run, by MindSpore's names. */
  public enum Mode {
    /** Every operation runs at once as ordinary Java: eager mode, the default. */
    PYNATIVE_MODE,
    /** A cell is compiled for the shapes and types of a call and runs as a whole; not there yet. */
    GRAPH_MODE
  }

  private Mycel() {}

  /** Sets the global seed, not negative; the same as {@link Random#setSeed}. */
  public static void setSeed(long seed) {
    Random.setSeed(seed);
  }

  /** The global seed; empty if it was never set. */
  public static OptionalLong getSeed() {
    return Random.getSeed();
  }

  /**
   * Chooses the backend of tensors made from now on, by name.
   *
   * @throws DeviceException if it does not exist or cannot be used; the message lists what can
   */
  public static void setBackend(String name) {
    Interpreters.root().useBackend(name);
  }

  /** Name of the backend of new tensors. */
  public static String backend() {
    return device().backend();
  }

  /** The backends on the class path, each with {@code available: ...} or the sentence why not. */
  public static Map<String, String> backends() {
    return Interpreters.root().backends();
  }

  /**
   * Chooses the first device of a target for the whole process: {@code CPU}, {@code GPU} or {@code
   * Ascend}. Afterwards all tensors live there.
   *
   * @throws ArgumentException if there is no such target
   * @throws DeviceException if there is none; the message lists what is available and why the rest
   *     is not
   */
  public static void setDevice(String target) {
    setDevice(target, 0);
  }

  /**
   * The same with the number of the device among those of its target, not negative.
   *
   * <p>As in MindSpore the device cannot change once it has been chosen, asked for or used;
   * choosing the same one again is accepted. Backends of one device may still be exchanged for each
   * other with {@link #setBackend}.
   *
   * @throws ArgumentException if there is no such target, or the number is negative
   * @throws DeviceException if there is no such device, or another one is in use
   */
  public static void setDevice(String target, int index) {
    Interpreters.root().useDevice(DeviceNames.checked(target, index), index);
  }

  /** The device of new tensors. */
  public static Device device() {
    return Interpreters.root().device();
  }

  /**
   * Chooses how cells run.
   *
   * @throws ArgumentException for {@link Mode#GRAPH_MODE}, which does not exist yet
   */
  public static void setContext(Mode mode) {
    if (Checks.notNull(mode, "setContext", "the mode") == Mode.GRAPH_MODE) {
      throw new ArgumentException(
          Messages.of("setContext: there is no GRAPH_MODE in Mycel yet")
              .line("mode in force", mode())
              .hint(
                  "stay in eager mode, PYNATIVE_MODE: every operation runs at once and gives the"
                      + " same numbers, and construct may use any Java code")
              .text());
    }
  }

  /** How cells run. */
  public static Mode mode() {
    return Mode.PYNATIVE_MODE;
  }

  /**
   * Limits the memory that the current backend takes outside the Java heap.
   *
   * @param bytes at least one
   */
  public static void setMemoryBudget(long bytes) {
    if (bytes < 1) {
      throw new ArgumentException("setMemoryBudget: at least one byte is needed, got " + bytes);
    }
    Interpreters.root().memoryBudget(bytes);
  }

  /** What the current backend holds outside the Java heap. */
  public static MemoryStats memory() {
    return Interpreters.root().memory();
  }

  /** Gives the memory that the current backend keeps for reuse back to the system. */
  public static void trimMemory() {
    Interpreters.root().trimMemory();
  }

  /**
   * Sets the number of threads that the current backend's kernels use.
   *
   * @param count at least one
   */
  public static void setThreads(int count) {
    if (count < 1) {
      throw new ArgumentException("setThreads: at least one thread is needed, got " + count);
    }
    Interpreters.root().threads(count);
  }

  /** Number of threads that the current backend's kernels use. */
  public static int threads() {
    return Interpreters.root().threads();
  }

  /** The version of this library as its jar states it; {@code development} outside a jar. */
  public static String version() {
    Package here = Mycel.class.getPackage();
    return Optional.ofNullable(Mycel.class.getModule().getDescriptor())
        .flatMap(module -> module.rawVersion())
        .or(() -> Optional.ofNullable(here.getImplementationVersion()))
        .orElse("development");
  }
}
