package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Walks through records, lists, maps, arrays and optionals of tensors. */
class TreeTest {
  private record Batch(Tensor images, List<Tensor> boxes, int size, String name) {}

  private final Tensor a = Ops.scalar(1, DType.FLOAT32);
  private final Tensor b = Ops.scalar(2, DType.FLOAT32);
  private final Tensor c = Ops.scalar(3, DType.FLOAT32);

  @Test
  void recordsAreWalkedInTheOrderOfTheirComponents() {
    Batch batch = new Batch(a, List.of(b, c), 7, "x");
    assertEquals(List.of(a, b, c), Tree.tensors(batch));
  }

  @Test
  void mapRebuildsTheSameForm() {
    Batch batch = new Batch(a, List.of(b, c), 7, "x");
    Batch doubled = Tree.map(batch, t -> t.mul(2));
    assertEquals(2, doubled.images().item());
    assertEquals(6, doubled.boxes().get(1).item());
    assertEquals(7, doubled.size());
    assertEquals("x", doubled.name());
  }

  @Test
  void unchangedRecordsStayThemselves() {
    Pair<Integer, String> nothing = new Pair<>(1, "two");
    assertSame(nothing, Tree.map(nothing, t -> t.neg()));
  }

  @Test
  void mapsArraysAndOptionalsAreWalked() {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("first", new Tensor[] {c, a});
    tree.put("second", Optional.of(b));
    assertEquals(List.of(c, a, b), Tree.tensors(tree));
    Map<String, Object> negated = Tree.map(tree, Tensor::neg);
    assertEquals(List.of("first", "second"), List.copyOf(negated.keySet()));
    assertEquals(-3, ((Tensor[]) negated.get("first"))[0].item());
  }

  @Test
  void refillPutsTensorsInOrder() {
    Pair<Tensor, List<Tensor>> filled = Tree.refill(new Pair<>(a, List.of(b)), List.of(c, a));
    assertSame(c, filled.first());
    assertSame(a, filled.second().get(0));
    assertThrows(ArgumentException.class, () -> Tree.refill(new Pair<>(a, b), List.of(a, b, c)));
    assertThrows(ArgumentException.class, () -> Tree.refill(new Pair<>(a, b), new ArrayList<>()));
  }

  @Test
  void functionsOfTwoAndThreeTakePairsAndTriples() {
    Function2<Tensor, Tensor, Tensor> sub = Ops::sub;
    assertEquals(-1, sub.apply(new Pair<>(a, b)).item());
    Function3<Tensor, Tensor, Tensor, Tensor> f = (x, y, z) -> x.mul(y).sub(z);
    assertEquals(-1, f.apply(new Triple<>(a, b, c)).item());
  }
}
