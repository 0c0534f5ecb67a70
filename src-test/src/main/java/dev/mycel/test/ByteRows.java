package dev.mycel.test;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.RootInterpreter;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Elements that come and go as bytes: what a backend has to give and take unchanged. */
final class ByteRows {
  /** Bytes of a piece and some more. */
  private static final int LONG = (1 << 20) + 24;

  private ByteRows() {}

  static List<Shape> shapes(DType dtype) {
    return List.of(
        Shape.scalar(),
        Shape.of(0, 4),
        Shape.of(3, 1, 5),
        Shape.of(513),
        Shape.of(LONG / dtype.bytes()));
  }

  static void check(DType dtype, Shape shape, long seed) throws IOException {
    byte[] given = new byte[(int) shape.size() * dtype.bytes()];
    new Random(seed).nextBytes(given);
    byte[] kept = given.clone();
    for (int i = 0; dtype == DType.BOOL && i < kept.length; i++) {
      kept[i] = (byte) (kept[i] != 0 ? 1 : 0);
    }
    Tensor x = Interpreters.root().fromBytes(dtype, shape, new Given(given));
    String what = dtype + " " + shape + " seed " + seed;
    assertArrayEquals(kept, bytes(x), what);
    assertArrayEquals(kept, arrayBytes(x), what + " as an array");
    // From any place of a buffer, in both orders of bytes.
    ByteBuffer odd = ByteBuffer.allocate(given.length + 3).position(3);
    odd.put(given).position(3);
    Tensor y = Tensor.of(odd.order(ByteOrder.nativeOrder()), dtype, shape.dims());
    boolean scalar = shape.rank() == 0; // without extents the buffer is a vector
    assertArrayEquals(kept, bytes(scalar ? y.reshape() : y), what + " from an odd place");
    if (shape.size() > 1) {
      views(x, kept, what);
    }
  }

  private static void views(Tensor x, byte[] kept, String what) throws IOException {
    int width = x.dtype().bytes();
    byte[] tail = Arrays.copyOfRange(kept, width, kept.length);
    Tensor late = x.reshape(-1).narrow(0, 1, x.size() - 1);
    assertArrayEquals(tail, bytes(Interpreters.readable(late)), what + " from the second on");
    if (x.rank() > 1) {
      Tensor turned = Interpreters.readable(x.transpose(2, 1, 0));
      assertArrayEquals(arrayBytes(turned), bytes(turned), what + " transposed");
    }
  }

  /** A source that fails, and one that leaves bytes out, make no tensor. */
  static void refusals() {
    RootInterpreter root = Interpreters.root();
    Shape shape = Shape.of(LONG);
    assertThrows(
        IOException.class,
        () ->
            root.fromBytes(
                DType.INT8,
                shape,
                piece -> {
                  throw new IOException("no more");
                }));
    assertThrows(
        IllegalStateException.class,
        () -> root.fromBytes(DType.INT8, shape, piece -> piece.position(1)));
  }

  private static byte[] bytes(Tensor x) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Interpreters.root()
        .toBytes(
            x,
            piece -> {
              byte[] part = new byte[piece.remaining()];
              piece.get(part);
              out.writeBytes(part);
            });
    return out.toByteArray();
  }

  private static byte[] arrayBytes(Tensor x) {
    Object array = Interpreters.root().toHost(x);
    ByteBuffer out =
        ByteBuffer.allocate((int) x.size() * x.dtype().bytes()).order(ByteOrder.nativeOrder());
    dev.mycel.core.spi.HeapStorage.put(array, 0, (int) x.size(), out);
    return out.array();
  }

  private static final class Given implements RootInterpreter.Bytes {
    private final byte[] bytes;
    private int at;

    Given(byte[] bytes) {
      this.bytes = bytes;
    }

    @Override
    public void next(ByteBuffer piece) {
      int count = piece.remaining();
      piece.put(bytes, at, count);
      at += count;
    }
  }
}
