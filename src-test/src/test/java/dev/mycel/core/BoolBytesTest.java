package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes of bool are looked at many at once, and one that is neither 0 nor 1 is found anywhere. */
class BoolBytesTest {
  @AfterEach
  void onTheDefaultBackend() {
    Mycel.setBackend("onednn");
  }

  @ParameterizedTest
  @ValueSource(strings = {"reference", "onednn", "nd4j"})
  void anyByteButZeroIsTrueWhereverItLies(String backend) throws IOException {
    Mycel.setBackend(backend);
    for (int size : new int[] {1, 7, 8, 9, 63, 64, 65, 130, 20_000, 20_001, 150_008, 1_080_000}) {
      byte[] plain = new byte[size];
      for (int i = 0; i < size; i++) {
        plain[i] = (byte) (i % 3 & 1);
      }
      for (int place = 0; place < size; place += size > 1000 ? size / 17 : 1) {
        for (byte odd : new byte[] {2, -1, -128}) {
          byte[] given = plain.clone();
          given[place] = odd;
          byte[] wanted = plain.clone();
          wanted[place] = 1;
          ByteBuffer source = ByteBuffer.wrap(given);
          try (Tensor x =
              Interpreters.root()
                  .fromBytes(DType.BOOL, Shape.of(size), piece -> fill(piece, source))) {
            byte[] found = (byte[]) Interpreters.root().toHost(x);
            String what = odd + " at " + place + " of " + size + " bytes";
            assertArrayEquals(wanted, found, what);
          }
        }
      }
    }
  }

  private static void fill(ByteBuffer piece, ByteBuffer source) {
    int count = piece.remaining();
    piece.put(source.slice(source.position(), count));
    source.position(source.position() + count);
  }
}
