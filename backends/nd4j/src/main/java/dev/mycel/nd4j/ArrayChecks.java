package dev.mycel.nd4j;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.cpu.nativecpu.buffer.BaseCpuDataBuffer;

/** What keeps an array's memory from being read. */
final class ArrayChecks {
  private ArrayChecks() {}

  /** The element type of an array that can be read now, on this thread. */
  static DType readable(String op, INDArray array) {
    if (array == null) {
      throw new ArgumentException(op + ": the array must not be null");
    }
    if (array.wasClosed()) {
      throw new ArgumentException(
          Messages.of(op + ": the array has been closed")
              .line("array", form(array))
              .hint("convert it before INDArray.close(), or before its workspace ends")
              .text());
    }
    if (array.isCompressed()) {
      throw new ArgumentException(
          Messages.of(op + ": the array is compressed")
              .line("array", form(array))
              .hint("decompress it first: Nd4j.getCompressor().decompressi(array)")
              .text());
    }
    DType t = Types.of(op, array.dataType());
    if (array.isAttached()) {
      requireOpen(op, array);
    }
    return t;
  }

  /** Refuses arrays whose memory a workspace will hand to others. */
  static void detached(String op, INDArray array) {
    if (array.isAttached()) {
      throw new ArgumentException(
          Messages.of(op + ": the array belongs to a workspace, which writes over it later")
              .line("array    ", form(array))
              .line("workspace", name(workspace(array.data())))
              .hint("detach it first (array.detach()), or copy with NdArrays.toTensor")
              .text());
    }
  }

  /** Element type and extents, as a message tells them. */
  static String form(INDArray array) {
    return array.dataType() + " " + Arrays.toString(array.shape());
  }

  private static String name(@Nullable MemoryWorkspace workspace) {
    return workspace == null ? "gone" : workspace.getId();
  }

  private static @Nullable MemoryWorkspace workspace(DataBuffer data) {
    MemoryWorkspace own = data.getParentWorkspace();
    return own != null || data.originalDataBuffer() == null
        ? own
        : data.originalDataBuffer().getParentWorkspace();
  }

  private static void requireOpen(String op, INDArray array) {
    DataBuffer data = array.data();
    MemoryWorkspace workspace = workspace(data);
    if (workspace == null) {
      throw new ArgumentException(
          Messages.of(op + ": the array belongs to a workspace that is gone")
              .line("array", form(array))
              .hint("convert it where the workspace is open, or array.detach() it there")
              .text());
    }
    long here = Thread.currentThread().getId();
    String why = null;
    if (workspace.getThreadId() != null && workspace.getThreadId() != here) {
      why = "the array belongs to a workspace of another thread";
    } else if (!workspace.isScopeActive()) {
      why = "the array belongs to a workspace that is not open";
    } else if (generation(data) != workspace.getGenerationId()) {
      why = "the array belongs to an earlier round of its workspace, and has been written over";
    }
    if (why != null) {
      throw new ArgumentException(
          Messages.of(op + ": " + why)
              .line("array      ", form(array))
              .line("workspace  ", workspace.getId())
              .line("its thread ", workspace.getThreadId())
              .line("this thread", here)
              .hint("convert it where the workspace is open, or array.detach() it there")
              .text());
    }
  }

  private static long generation(DataBuffer data) {
    DataBuffer original = data.originalDataBuffer();
    return original == null ? data.getGenerationId() : original.getGenerationId();
  }

  /** Where the array's first element lies, as ND4J's own operations see it. */
  static long address(INDArray array) {
    return ((BaseCpuDataBuffer) array.data()).getOpaqueDataBuffer().primaryBuffer().address();
  }
}
