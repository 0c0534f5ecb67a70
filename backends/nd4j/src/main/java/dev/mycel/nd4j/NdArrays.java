package dev.mycel.nd4j;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.DeviceException;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Layout;
import dev.mycel.core.Messages;
import dev.mycel.core.RootInterpreter;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Tensors from ND4J's arrays, and arrays from tensors.
 *
 * <p>{@link #toTensor} and {@link #toINDArray} copy, work on every backend, and leave nothing
 * shared. {@link #viewOf} and {@link #share} copy nothing, need the backend {@code nd4j}, and come
 * with duties that they state.
 *
 * <p>Element types go over as they are: bool, uint8, int8, int16, int32, int64, float16, bfloat16,
 * float32 and float64. Others (UINT16, UINT32, UINT64, UTF8) and compressed arrays are refused. Any
 * strides and both orders are taken. ND4J's empty array without a shape becomes a tensor of shape
 * {@code [0]}.
 */
public final class NdArrays {
  /** ND4J's arrays have no more axes. */
  private static final int MOST_AXES = 32;

  private NdArrays() {}

  /**
   * A tensor of the current backend with a copy of the array's elements. Its axes have the order in
   * memory that the array's have, as after {@code Tensor.transpose}, if that takes one copy: of an
   * array in 'f' order for example; else it is row-major.
   *
   * <p>An array that is attached to a workspace is copied while that workspace is open on this
   * thread.
   *
   * @throws ArgumentException if the array is null, closed, compressed, or attached to a workspace
   *     that is not open here
   * @throws dev.mycel.core.DTypeException if there is no such element type
   */
  public static Tensor toTensor(INDArray array) {
    return toTensor("toTensor", array);
  }

  /** The same for another operation, which messages name. */
  static Tensor toTensor(String op, INDArray array) {
    DType t = ArrayChecks.readable(op, array);
    Shape shape = shape(array);
    // Copies made on the way must not land in a workspace, where nobody would free them.
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      if (shape.isEmpty()) {
        return Interpreters.root().fromBytes(t, shape, nothing -> {});
      }
      Layout layout = Layout.of(shape, array.stride(), 0);
      Runs runs = Runs.of(layout, t.bytes(), ArrayChecks.address(array));
      if (onNd4j()) {
        return pooled(array, t, layout, runs);
      }
      return runs == null ? gathered(array, t, shape) : asItLies(t, layout, runs);
    } catch (IOException e) {
      throw new UncheckedIOException(op + ": memory cannot fail to be read", e);
    } finally {
      Reference.reachabilityFence(array);
    }
  }

  private static boolean onNd4j() {
    return Interpreters.root().device().backend().equals(Nd4jBackend.NAME);
  }

  /** Copied once, so that the tensor's axes have the order in memory that the array's have. */
  private static Tensor asItLies(DType t, Layout layout, Runs runs) throws IOException {
    RootInterpreter root = Interpreters.root();
    Tensor filled = root.fromBytes(t, layout.shape(), runs::read);
    Layout ordered = ordered(layout);
    if (ordered.isContiguous()) {
      return filled;
    }
    try (filled) {
      Storage storage = root.toBuffer(filled).storage();
      if (!storage.tryRetain()) {
        throw new IllegalStateException("the memory of a new tensor has been given back");
      }
      return root.fromStorage(storage, ordered);
    }
  }

  private static Layout ordered(Layout layout) {
    return Layout.ordered(layout.shape(), layout.memoryOrder());
  }

  /** Copied or gathered into memory of the backend's pool at once. */
  private static Tensor pooled(INDArray array, DType t, Layout layout, @Nullable Runs runs) {
    long size = layout.shape().size();
    NativeStorage storage = new PooledStorage(Nd4jProvider.opened().pool(), t, size);
    Layout made = runs == null ? Layout.contiguous(layout.shape()) : ordered(layout);
    boolean filled = false;
    try {
      if (runs == null) {
        INDArray target = SharedArray.over(storage, made);
        target.assign(array);
        target.close();
      } else {
        runs.copyTo(storage.address(), size * t.bytes());
      }
      filled = true;
    } finally {
      if (!filled) {
        storage.release();
      }
    }
    return Interpreters.root().fromStorage(storage, made);
  }

  /** Gathered by ND4J, into the tensor's own memory where it can reach that. */
  private static Tensor gathered(INDArray array, DType t, Shape shape) throws IOException {
    try (Gather gather = new Gather(array, t, shape)) {
      return Interpreters.root().fromBytes(t, shape, gather::read);
    }
  }

  private static Shape shape(INDArray array) {
    return array.isEmpty() && array.rank() == 0 ? Shape.of(0) : Shape.of(array.shape());
  }

  /**
   * A new array in 'c' order, outside of all workspaces, with a copy of the tensor's elements. It
   * belongs to the caller, who may close it.
   *
   * @throws ShapeException if the tensor has more than 32 axes
   * @throws dev.mycel.core.ClosedTensorException if the tensor has been closed
   */
  public static INDArray toINDArray(Tensor tensor) {
    Tensor held = held("toINDArray", tensor);
    DType t = tensor.dtype();
    long[] dims = tensor.shape().dims();
    try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
      if (tensor.shape().isEmpty()) {
        return Nd4j.create(Types.of(t), dims);
      }
      INDArray made =
          dims.length == 0
              ? Nd4j.scalar(Types.of(t), 0)
              : Nd4j.createUninitialized(Types.of(t), dims, 'c');
      Memory.Cursor to = new Memory.Cursor(ArrayChecks.address(made));
      Interpreters.root().toBytes(held, to::write);
      Reference.reachabilityFence(made);
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException("toINDArray: memory cannot fail to be written", e);
    }
  }

  private static Tensor held(String op, Tensor tensor) {
    if (tensor == null) {
      throw new ArgumentException(op + ": the tensor must not be null");
    }
    if (tensor.rank() > MOST_AXES) {
      throw new ShapeException(
          Messages.of(op + ": an INDArray has at most " + MOST_AXES + " axes")
              .line("shape", tensor.shape())
              .hint("reshape the tensor first")
              .text());
    }
    return Interpreters.readable(tensor);
  }

  /**
   * A tensor over the array's own memory: nothing is copied, and writing to the array changes the
   * tensor.
   *
   * <p>The memory stays the array's. The tensor keeps the array reachable, never closes it, and
   * never writes to it. Close the array after the tensor: a tensor whose array has been closed
   * throws {@link dev.mycel.core.ClosedTensorException} when it is used next. Do not close it while
   * another thread computes with the tensor. An empty array is copied, since there is nothing to
   * share.
   *
   * @throws DeviceException if the current backend is not {@code nd4j}
   * @throws ArgumentException if the array is null, closed, compressed, attached to a workspace, or
   *     has strides below one
   * @throws dev.mycel.core.DTypeException if there is no such element type
   */
  public static Tensor viewOf(INDArray array) {
    DType t = ArrayChecks.readable("viewOf", array);
    ArrayChecks.detached("viewOf", array);
    RootInterpreter root = Interpreters.root();
    if (!onNd4j()) {
      throw new DeviceException(
          Messages.of("viewOf: only tensors of the backend nd4j can lie in an array's memory")
              .line("current backend", root.device().backend())
              .hint("choose it with Mycel.setBackend(\"nd4j\"), or copy with NdArrays.toTensor")
              .text());
    }
    if (array.isEmpty()) {
      return toTensor(array);
    }
    Layout layout = Layout.of(Shape.of(array.shape()), array.stride(), 0);
    requirePositive("viewOf", layout, "NdArrays.toTensor");
    long size = reach(layout);
    return root.fromStorage(new ArrayStorage(array, t, size, ArrayChecks.address(array)), layout);
  }

  /**
   * An array over the tensor's own memory: nothing is copied.
   *
   * <p>The result holds a claim on the memory of its own, so the tensor may be closed before it.
   * Close the result, and use the array and its views no more afterwards. Tensors never change:
   * read the array, and do not write to it.
   *
   * @throws DeviceException if the tensor is not one of the backend {@code nd4j}
   * @throws ArgumentException if it repeats elements or walks backwards
   * @throws ShapeException if it has more than 32 axes
   * @throws dev.mycel.core.ClosedTensorException if it has been closed
   */
  public static SharedArray share(Tensor tensor) {
    Tensor held = held("share", tensor);
    Buffer buffer = Interpreters.root().toBuffer(held);
    if (!(buffer.storage() instanceof NativeStorage storage)) {
      throw new DeviceException(
          Messages.of("share: only tensors of the backend nd4j lie where an INDArray can")
              .line("tensor is on", tensor.device())
              .hint("copy with NdArrays.toINDArray")
              .text());
    }
    if (!tensor.shape().isEmpty()) {
      requirePositive("share", buffer.layout(), "NdArrays.toINDArray");
    }
    return SharedArray.of(storage, buffer.layout(), held);
  }

  private static void requirePositive(String op, Layout layout, String copy) {
    for (int i = 0; i < layout.shape().rank(); i++) {
      if (layout.shape().dim(i) > 1 && layout.stride(i) < 1) {
        throw new ArgumentException(
            Messages.of(op + ": the elements repeat or go backwards")
                .line("shape  ", layout.shape())
                .line("strides", Arrays.toString(layout.strides()))
                .hint("copy with " + copy)
                .text());
      }
    }
  }

  /** Number of places from the first element to the last. */
  static long reach(Layout layout) {
    long last = 0;
    for (int i = 0; i < layout.shape().rank(); i++) {
      last += (layout.shape().dim(i) - 1) * layout.stride(i);
    }
    return last + 1;
  }
}
