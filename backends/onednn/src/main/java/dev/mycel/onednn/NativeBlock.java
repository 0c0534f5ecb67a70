package dev.mycel.onednn;

import dev.mycel.core.spi.BlockPool;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** A stretch of native memory, aligned to a cache line. */
final class NativeBlock extends BlockPool.Block {
  /**
   * Largest stretch that one Java buffer views: a power of two, so that any element size divides
   * it.
   */
  static final long VIEW = 1L << 30;

  private final Pointer slab;
  private final long address;
  private final @Nullable ByteBuffer[] views;
  private @Nullable FloatBuffer floats;
  private @Nullable IntBuffer ints;
  private @Nullable ShortBuffer shorts;

  NativeBlock(Pointer slab, long address, long bytes) {
    super(bytes);
    this.slab = slab;
    this.address = address;
    this.views = new ByteBuffer[(int) ((bytes + VIEW - 1) / VIEW)];
  }

  long address() {
    return address;
  }

  Pointer slab() {
    return slab;
  }

  /**
   * A view of the bytes from {@code part * VIEW} on, made once; use absolute access or a duplicate
   * only.
   */
  ByteBuffer view(int part) {
    ByteBuffer known = views[part];
    if (known == null) {
      long from = part * VIEW;
      known =
          new Stretch(address + from, Math.min(VIEW, bytes() - from))
              .asByteBuffer()
              .order(ByteOrder.nativeOrder());
      views[part] = known;
    }
    return known;
  }

  /** The first gibibyte as floats, made once; use absolute access only. */
  FloatBuffer floats() {
    FloatBuffer known = floats;
    if (known == null) {
      known = view(0).asFloatBuffer();
      floats = known;
    }
    return known;
  }

  /** The first gibibyte as words of 32 bits, made once; use absolute access only. */
  IntBuffer ints() {
    IntBuffer known = ints;
    if (known == null) {
      known = view(0).asIntBuffer();
      ints = known;
    }
    return known;
  }

  /** The first gibibyte as words of 16 bits, made once; use absolute access only. */
  ShortBuffer shorts() {
    ShortBuffer known = shorts;
    if (known == null) {
      known = view(0).asShortBuffer();
      shorts = known;
    }
    return known;
  }

  /** A view of floats at an address, less than a gibibyte; use absolute access only. */
  static FloatBuffer floats(long address, long count) {
    return bytes(address, count * Float.BYTES).asFloatBuffer();
  }

  /** A view of bytes at an address, less than two gibibytes. */
  static ByteBuffer bytes(long address, long count) {
    // A pointer of no bytes counts as one of one.
    return new Stretch(address, count)
        .asByteBuffer()
        .limit((int) count)
        .order(ByteOrder.nativeOrder());
  }

  /** A pointer to the first byte. */
  Pointer pointer() {
    return new Stretch(address, bytes());
  }

  /** A pointer without an owner. */
  private static final class Stretch extends BytePointer {
    Stretch(long address, long bytes) {
      super((Pointer) null);
      this.address = address;
      this.limit = bytes;
      this.capacity = bytes;
    }
  }
}
