package dev.mycel.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mycel.core.DType;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {
  private final OneDnnBackend backend = new OneDnnBackend();

  @Test
  void bytesOfElementsAreTheirMemoryWithinItsBounds() {
    NativeStorage storage = backend.allocateNative(DType.FLOAT32, 1000);
    try {
      ByteBuffer bytes = storage.bytes(990, 10);
      assertEquals(40, bytes.remaining());
      bytes.putFloat(36, 2.5f);
      float[] last = new float[1];
      backend.copyOut(storage, 999, last, 0, 1);
      assertEquals(2.5f, last[0]);
      assertEquals(0, storage.bytes(1000, 0).remaining());
      assertThrows(IndexOutOfBoundsException.class, () -> storage.bytes(991, 10));
      assertThrows(IndexOutOfBoundsException.class, () -> storage.bytes(-1, 1));
      assertThrows(IndexOutOfBoundsException.class, () -> storage.bytes(0, -1));
    } finally {
      storage.release();
    }
  }

  @Test
  void largeBlocksBeginWhereAHugePageDoes() {
    int count = 5 << 20;
    NativeStorage storage = backend.allocateNative(DType.INT8, count);
    try {
      if (HugePages.serve(count)) {
        assertEquals(0, storage.address() % HugePages.PAGE);
      }
      byte[] given = new byte[count];
      new java.util.Random(3).nextBytes(given);
      backend.copyIn(given, 0, storage, 0, count);
      byte[] found = new byte[count];
      backend.copyOut(storage, 0, found, 0, count);
      org.junit.jupiter.api.Assertions.assertArrayEquals(given, found);
    } finally {
      storage.release();
      backend.trimMemory();
    }
  }
}
