package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Extents, axes and broadcasting. */
class ShapeTest {
  @Test
  void scalarHasOneElementAndNoAxes() {
    assertEquals(1, Shape.scalar().size());
    assertEquals(0, Shape.of().rank());
    assertEquals("()", Shape.scalar().toString());
    assertEquals("(3,)", Shape.of(3).toString());
    assertEquals("(2, 3)", Shape.of(2, 3).toString());
  }

  @Test
  void zeroExtentMakesEmptyWhateverTheOthersAre() {
    assertTrue(Shape.of(Long.MAX_VALUE, 0, Long.MAX_VALUE).isEmpty());
  }

  @Test
  void stridesAreRowMajor() {
    assertArrayEquals(new long[] {12, 4, 1}, Shape.of(2, 3, 4).strides());
  }

  @Test
  void negativeExtentsAndTooManyElementsAreRefused() {
    assertThrows(ShapeException.class, () -> Shape.of(2, -1));
    assertThrows(ShapeException.class, () -> Shape.of(1L << 32, 1L << 31));
    assertThrows(ShapeException.class, () -> Shape.of(1L << 40, 1L << 40));
    assertEquals(Long.MAX_VALUE, Shape.of(Long.MAX_VALUE, 1).size());
  }

  @Test
  void negativeAxesCountFromTheEnd() {
    Shape s = Shape.of(2, 3, 4);
    assertEquals(4, s.dim(-1));
    assertEquals(2, s.dim(-3));
    ShapeException e = assertThrows(ShapeException.class, () -> s.dim(3));
    assertTrue(e.getMessage().contains("from -3 to 2"));
    assertThrows(ShapeException.class, () -> s.dim(-4));
  }

  @Test
  void broadcastingFollowsNumPy() {
    assertEquals(Shape.of(4, 2, 3), Shape.of(4, 1, 3).broadcast(Shape.of(2, 1), "add"));
    assertEquals(Shape.of(0, 3), Shape.of(1, 3).broadcast(Shape.of(0, 1), "add"));
    assertEquals(Shape.of(2), Shape.scalar().broadcast(Shape.of(2), "add"));
    ShapeException e =
        assertThrows(ShapeException.class, () -> Shape.of(2, 3).broadcast(Shape.of(2, 4), "add"));
    assertTrue(e.getMessage().startsWith("add: shapes do not broadcast"));
    assertTrue(e.getMessage().contains("3 meets 4"));
  }

  @Test
  void axesAreInsertedReplacedAndRemoved() {
    Shape s = Shape.of(2, 3);
    assertEquals(Shape.of(2, 1, 3), s.insert(1, 1));
    assertEquals(Shape.of(2, 3, 5), s.insert(2, 5));
    assertEquals(Shape.of(2, 7), s.with(1, 7));
    assertEquals(Shape.of(3), s.without(0));
    assertEquals(s, Shape.of(2, 3));
  }
}
