package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** The lattice of element types. */
class DTypeTest {
  @Test
  void joinIsCommutativeAssociativeAndIdempotent() {
    for (DType a : DType.values()) {
      assertSame(a, a.join(a));
      for (DType b : DType.values()) {
        assertSame(a.join(b), b.join(a), () -> a + " " + b);
        for (DType c : DType.values()) {
          assertSame(a.join(b).join(c), a.join(b.join(c)), () -> a + " " + b + " " + c);
        }
      }
    }
  }

  @Test
  void joinIsAnUpperBound() {
    for (DType a : DType.values()) {
      assertSame(a, DType.BOOL.join(a));
      for (DType b : DType.values()) {
        DType j = a.join(b);
        assertSame(j, j.join(a));
        assertSame(j, j.join(b));
      }
    }
  }

  @Test
  void joinOfMixedKinds() {
    assertSame(DType.INT16, DType.UINT8.join(DType.INT8));
    assertSame(DType.FLOAT32, DType.FLOAT16.join(DType.BFLOAT16));
    assertSame(DType.FLOAT16, DType.INT64.join(DType.FLOAT16));
    assertSame(DType.FLOAT64, DType.FLOAT32.join(DType.FLOAT64));
  }

  @Test
  void typesAreFoundByName() {
    for (DType t : DType.values()) {
      assertSame(t, DType.of(t.toString()));
      assertSame(t, DType.of(t.displayName()));
    }
    assertThrows(DTypeException.class, () -> DType.of("float8"));
  }

  @Test
  void numbersBesideTensorsTakeTheirTypeUnlessItCannotHoldThem() {
    assertSame(DType.FLOAT16, Tensor.of(1.0, DType.FLOAT16).add(0.1).dtype());
    assertSame(DType.INT8, Tensor.of(1, DType.INT8).add(100).dtype());
    assertSame(DType.INT16, Tensor.of(1, DType.INT8).add(300).dtype());
    assertSame(DType.INT16, Tensor.of(1, DType.UINT8).sub(-1).dtype());
    assertSame(DType.FLOAT32, Tensor.of(1, DType.INT64).mul(0.5).dtype());
    assertSame(DType.INT64, Tensor.of(true).add(1).dtype());
    assertEquals(301, Tensor.of(1, DType.INT8).add(300).item());
  }
}
