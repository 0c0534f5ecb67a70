package dev.mycel.core;

import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/**
 * The bottom of every stack: it runs primitives on a backend and owns the memory. Found as a
 * service, so that this package does not depend on its implementation; applications never name this
 * type.
 */
public abstract class RootInterpreter extends Interpreter {
  /** For the implementation. */
  protected RootInterpreter() {}

  /**
   * A tensor with a copy of the elements of a flat Java array, row-major: {@code boolean[]} or
   * {@code byte[]} for bool, {@code byte[]} for the 8-bit types, {@code short[]} for int16 and the
   * bits of the half types, {@code int[] long[] float[] double[]} for the rest.
   */
  public abstract Tensor fromHost(Object array, DType dtype, Shape shape);

  /**
   * A new flat Java array (of the type that {@link #fromHost} takes; bool as {@code byte[]}) with
   * the elements in row-major order.
   */
  public abstract Object toHost(Tensor tensor);

  /** Takes or gives the bytes of elements, one piece after another. */
  @FunctionalInterface
  public interface Bytes {
    /**
     * The next piece of whole elements in the native byte order. The buffer may be the tensor's own
     * memory: it must not be used after this method has returned.
     *
     * @param piece a buffer to be filled or read from its position 0 to its limit
     */
    void next(ByteBuffer piece) throws IOException;
  }

  /**
   * A tensor whose elements a source writes into its memory, row-major, without an array between
   * them where the backend can do so. Each byte of bool but 0 is true.
   *
   * @param source fills every piece wholly
   * @throws IOException if the source throws it; nothing is kept then
   */
  public abstract Tensor fromBytes(DType dtype, Shape shape, Bytes source) throws IOException;

  /**
   * Shows the elements of a tensor in row-major order, without a copy where they lie so in memory
   * that the processor reaches.
   *
   * @param sink only reads
   * @throws IOException if the sink throws it
   */
  public abstract void toBytes(Tensor tensor, Bytes sink) throws IOException;

  /**
   * A tensor over memory that a backend has made or borrowed, for bridges to other libraries: the
   * storage must be one of the current backend, and the caller's claim on it is taken over.
   */
  public abstract Tensor fromStorage(Storage storage, Layout layout);

  /**
   * Where the elements of a tensor of this interpreter lie, for bridges to other libraries: who
   * uses the storage retains it first, and releases it afterwards.
   */
  public abstract Buffer toBuffer(Tensor tensor);

  /** Whether two tensors of this interpreter share memory. */
  public abstract boolean sharesMemory(Tensor a, Tensor b);

  /** The layout of a tensor of this interpreter, for tests and for printing. */
  public abstract Layout layout(Tensor tensor);

  /** The device that new tensors live on. */
  public abstract Device device();

  /**
   * Chooses a backend by name; throws {@link DeviceException} saying what is available and why the
   * other is not.
   */
  public abstract void useBackend(String name);

  /**
   * Chooses a device by target; throws {@link DeviceException} saying what is available and why the
   * other is not, or that the device cannot change any more.
   */
  public abstract void useDevice(String target, int index);

  /**
   * Forgets which backend and device were chosen or used, so that another may be chosen. Tensors
   * that exist keep their own. For test kits, which restore this state between tests; a program
   * chooses once.
   */
  public abstract void forgetDevice();

  /**
   * Names of the backends on the class path, each with {@code available: ...} or the sentence why
   * not.
   */
  public abstract Map<String, String> backends();

  /** Bytes in use and cached, and the budget. */
  public abstract MemoryStats memory();

  /** Sets the budget in bytes. */
  public abstract void memoryBudget(long bytes);

  /** Gives cached memory back to the system. */
  public abstract void trimMemory();

  /** Number of threads that kernels use. */
  public abstract int threads();

  /** Sets the number of threads that kernels use. */
  public abstract void threads(int count);

  /**
   * How often a backend had no kernel, for tests and profiling: lines of the backend, the
   * primitive, {@code host} or {@code parts} (the reference kernel ran on copies, or the
   * decomposition), and the count.
   */
  public abstract List<String> profile();
}
