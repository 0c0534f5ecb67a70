package dev.mycel.nd4j;

import dev.mycel.core.spi.HeapStorage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Raw native memory: pointers without an owner, and copies to and from Java arrays. */
final class Memory {
  /** Most bytes that one Java buffer views: a power of two, so that any element size divides it. */
  private static final long VIEW = 1L << 30;

  private Memory() {}

  /** A pointer without an owner. */
  private static final class Stretch extends BytePointer {
    Stretch(long address, long bytes) {
      super((Pointer) null);
      this.address = address;
      this.limit = bytes;
      this.capacity = bytes;
    }
  }

  /** A pointer to that many bytes; nobody frees them through it. */
  static Pointer at(long address, long bytes) {
    return new Stretch(address, bytes);
  }

  /** Copies bytes. */
  static void copy(long from, long to, long bytes) {
    if (bytes > 0) {
      Pointer.memcpy(at(to, bytes), at(from, bytes), bytes);
    }
  }

  /** The bytes at an address, less than two gibibytes and not none. */
  static ByteBuffer bytes(long address, long count) {
    return at(address, count).asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /** Where the rest of a direct buffer begins. */
  static long address(ByteBuffer direct) {
    BytePointer start = new BytePointer(direct);
    return start.address() + start.position();
  }

  /** The bytes from an address to another, or as many of them as one buffer shows. */
  static ByteBuffer window(long from, long end) {
    return bytes(from, Math.min(end - from, VIEW));
  }

  /** A place in memory that moves on with the bytes that are stored there. */
  static final class Cursor {
    private long address;

    Cursor(long address) {
      this.address = address;
    }

    /** Stores the rest of a buffer. */
    void write(ByteBuffer from) {
      int count = from.remaining();
      bytes(address, count).put(from);
      address += count;
    }
  }

  /** Copies elements at an address into a Java array of their type. */
  static void read(long address, int elementBytes, Object array, int to, int count) {
    int done = 0;
    while (done < count) {
      int n = (int) Math.min(count - done, VIEW / elementBytes);
      HeapStorage.get(
          view(address + (long) done * elementBytes, n, elementBytes), array, to + done, n);
      done += n;
    }
  }

  /** Copies elements of a Java array to an address. */
  static void write(long address, int elementBytes, Object array, int from, int count) {
    int done = 0;
    while (done < count) {
      int n = (int) Math.min(count - done, VIEW / elementBytes);
      HeapStorage.put(
          array, from + done, n, view(address + (long) done * elementBytes, n, elementBytes));
      done += n;
    }
  }

  private static ByteBuffer view(long address, int count, int elementBytes) {
    return bytes(address, (long) count * elementBytes);
  }
}
