package dev.mycel.core.internal;

import dev.mycel.core.DType;
import dev.mycel.core.RootInterpreter.Bytes;
import dev.mycel.core.spi.Backend;
import dev.mycel.core.spi.HeapStorage;
import dev.mycel.core.spi.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

/**
 * Shows elements of a storage as bytes, piece by piece: as they lie in memory, or through an array
 * where a backend shows no memory.
 */
final class BytePieces {
  /** Bytes of a piece: enough for one call of the system, and still in the processor's cache. */
  private static final int PIECE = 1 << 20;

  /** Bytes of bool at a time: they are still in the second-level cache when they are looked at. */
  private static final int BOOLS = 1 << 17;

  /** Bytes of bool from which on it pays to look at all of them before each. */
  private static final int LARGE = 1 << 14;

  /** The bits that are 0 in eight bytes of bool. */
  private static final long NO_BOOL = 0xFEFE_FEFE_FEFE_FEFEL;

  private final Backend backend;
  private final Storage storage;
  private final int width;
  private final long first;
  private final long size;

  /** Elements {@code first} to {@code first + size - 1}, which somebody holds meanwhile. */
  BytePieces(Backend backend, Storage storage, long first, long size) {
    this.backend = backend;
    this.storage = storage;
    this.width = storage.dtype().bytes();
    this.first = first;
    this.size = size;
  }

  /** Lets the source fill all of them. */
  void fill(Bytes source) throws IOException {
    Staging staging = null;
    int count;
    for (long at = 0; at < size; at += count) {
      count = count(at);
      ByteBuffer window = backend.bytes(storage, first + at, count);
      if (window != null) {
        filled(source, window);
      } else {
        staging = staging == null ? new Staging(count) : staging;
        filled(source, staging.bytes(count));
        HeapStorage.get(staging.bytes(count), staging.array, 0, count);
        backend.copyIn(staging.array, 0, storage, first + at, count);
      }
    }
  }

  /** Shows all of them to the sink. */
  void show(Bytes sink) throws IOException {
    Staging staging = null;
    int count;
    for (long at = 0; at < size; at += count) {
      count = count(at);
      ByteBuffer window = backend.bytes(storage, first + at, count);
      if (window == null) {
        staging = staging == null ? new Staging(count) : staging;
        backend.copyOut(storage, first + at, staging.array, 0, count);
        window = staging.bytes(count);
        HeapStorage.put(staging.array, 0, count, window);
      }
      sink.next(window.asReadOnlyBuffer().order(ByteOrder.nativeOrder()));
    }
  }

  private int count(long at) {
    return (int) Math.min(PIECE / width, size - at);
  }

  private void filled(Bytes source, ByteBuffer piece) throws IOException {
    int step = storage.dtype() == DType.BOOL ? BOOLS : PIECE;
    for (int at = 0; at < piece.limit(); at += step) {
      ByteBuffer part = piece.slice(at, Math.min(step, piece.limit() - at));
      filledAtOnce(source, part.order(ByteOrder.nativeOrder()));
    }
  }

  private void filledAtOnce(Bytes source, ByteBuffer piece) throws IOException {
    ByteBuffer bytes = piece.duplicate();
    source.next(piece);
    if (piece.hasRemaining()) {
      throw new IllegalStateException(
          "fromBytes: the source left " + piece.remaining() + " bytes of a piece unfilled");
    }
    if (storage.dtype() == DType.BOOL && (bytes.limit() < LARGE || hasOthers(bytes))) {
      toOnes(bytes);
    }
  }

  /**
   * Whether a byte may be neither 0 nor 1. The loop has no branch, unlike {@link #toOnes}, and
   * joins both halves, which need not wait for one another.
   */
  private static boolean hasOthers(ByteBuffer bytes) {
    LongBuffer words = bytes.order(ByteOrder.nativeOrder()).asLongBuffer();
    int half = words.limit() / 2;
    if (bytes.limit() != 2 * half * Long.BYTES) {
      return true;
    }
    long first = 0;
    long second = 0;
    for (int i = 0; i < half; i++) {
      first |= words.get(i);
      second |= words.get(i + half);
    }
    return ((first | second) & NO_BOOL) != 0;
  }

  /** Makes each byte but 0 a 1; most sources have no others, so eight are looked at together. */
  private static void toOnes(ByteBuffer bytes) {
    int i = 0;
    while (i < bytes.limit()) {
      if (bytes.limit() - i >= Long.BYTES && (bytes.getLong(i) & NO_BOOL) == 0) {
        i += Long.BYTES;
      } else {
        bytes.put(i, (byte) (bytes.get(i) == 0 ? 0 : 1));
        i++;
      }
    }
  }

  /** Room for one piece on the Java heap; the first is the longest. */
  private final class Staging {
    private final Object array;
    private final ByteBuffer bytes;

    Staging(int count) {
      array = HeapStorage.newArray(storage.dtype(), count);
      bytes = ByteBuffer.allocate(count * width);
    }

    ByteBuffer bytes(int count) {
      return bytes.slice(0, count * width).order(ByteOrder.nativeOrder());
    }
  }
}
