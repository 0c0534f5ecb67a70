package dev.mycel.nd4j;

import dev.mycel.core.DType;
import dev.mycel.core.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.BooleanPointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ops.CustomOpDescriptor;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.OpaqueContext;

/**
 * One call of an operation of ND4J's native library on row-major arrays at given addresses. ND4J's
 * own memory is freed when it is closed.
 */
final class Call implements AutoCloseable {
  private static final Map<String, Long> HASHES = new ConcurrentHashMap<>();
  private static final int ARGUMENT_BYTES = 128;

  private final NativeOps ops = Native.ops();
  private final Nd4jBackend backend;
  private final String name;
  private final OpaqueContext context;
  private final List<NativeBlock> blocks = new ArrayList<>(2);
  private @Nullable NativeBlock arguments;
  private int inputs;
  private int outputs;

  Call(Nd4jBackend backend, String name) {
    this.backend = backend;
    this.name = name;
    this.context = ops.createGraphContext(1);
  }

  /** The next input. */
  Call in(DType t, Shape shape, long address) {
    ops.setGraphContextInputArray(
        context, inputs++, data(t, shape, address), Shapes.of(t, shape), null, null);
    return this;
  }

  /** The next input: whole numbers of int64, in memory of the call's own. */
  Call in(Shape shape, long[] values) {
    NativeBlock block = take((long) values.length * Long.BYTES);
    Memory.write(block.address(), Long.BYTES, values, 0, values.length);
    return in(DType.INT64, shape, block.address());
  }

  /** The next output. */
  Call out(DType t, Shape shape, long address) {
    ops.setGraphContextOutputArray(
        context, outputs++, data(t, shape, address), Shapes.of(t, shape), null, null);
    return this;
  }

  private static Pointer data(DType t, Shape shape, long address) {
    return Memory.at(address, shape.size() * t.bytes());
  }

  /** The operation's whole-number arguments, at most sixteen. */
  Call integers(long... values) {
    Pointer place = place();
    ops.setGraphContextIArguments(context, new LongPointer(place).put(values), values.length);
    return this;
  }

  /** The operation's number. */
  Call number(double value) {
    ops.setGraphContextTArguments(context, new DoublePointer(place()).put(value), 1);
    return this;
  }

  /** The operation's flag. */
  Call flag(boolean value) {
    ops.setGraphContextBArguments(context, new BooleanPointer(place()).put(value), 1);
    return this;
  }

  /** ND4J copies the arguments, so that their place is needed for a moment only. */
  private Pointer place() {
    NativeBlock block = arguments;
    if (block == null) {
      block = take(ARGUMENT_BYTES);
      arguments = block;
    }
    return Memory.at(block.address(), ARGUMENT_BYTES);
  }

  private NativeBlock take(long bytes) {
    NativeBlock block = backend.pool().take(bytes);
    blocks.add(block);
    return block;
  }

  /** Computes. */
  void run() {
    int status = ops.execCustomOp2(null, hash(name), context);
    if (status != 0) {
      throw new IllegalStateException(
          "ND4J: " + name + " failed with status " + status + ": " + ops.lastErrorMessage());
    }
  }

  private static long hash(String name) {
    return HASHES.computeIfAbsent(
        name,
        n -> {
          CustomOpDescriptor known = Nd4j.getExecutioner().getCustomOperations().get(n);
          if (known == null) {
            throw new IllegalStateException("ND4J: there is no operation named " + n);
          }
          return known.getHash();
        });
  }

  @Override
  public void close() {
    ops.deleteGraphContext(context);
    blocks.forEach(backend.pool()::give);
    blocks.clear();
  }
}
