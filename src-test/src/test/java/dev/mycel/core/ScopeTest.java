package dev.mycel.core;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** How long tensors live. */
class ScopeTest {
  @Test
  void tensorsEndWithTheirScope() {
    Tensor inside;
    Tensor given;
    Tensor kept;
    try (Scope scope = Scope.open()) {
      inside = Ops.ones(2);
      kept = Scope.keep(inside.add(2));
      given = scope.give(inside.add(1));
    }
    assertEquals("[2. 2.]", given.toString());
    assertEquals("[3. 3.]", kept.toString());
    ClosedTensorException e = assertThrows(ClosedTensorException.class, () -> inside.add(1));
    assertTrue(e.getMessage().contains("Scope.keep"));
  }

  @Test
  void givenTensorsBelongToTheOuterScope() {
    Tensor survivor;
    try (Scope outer = Scope.open()) {
      try (Scope inner = Scope.open()) {
        survivor = inner.give(List.of(Ops.ones(1), Ops.zeros(1))).get(0);
      }
      assertEquals(1, survivor.item());
      outer.give("nothing to give");
    }
    assertThrows(ClosedTensorException.class, survivor::item);
  }

  @Test
  void keptTensorsOutliveEveryScope() {
    Tensor kept;
    try (Scope outer = Scope.open();
        Scope inner = Scope.open()) {
      kept = Scope.keep(inner.give(outer.give(Ops.ones(1))));
    }
    assertEquals(1, kept.item());
  }

  @Test
  void viewsOutliveWhatTheyView() {
    Tensor base = Ops.reshape(Ops.arange(6), 2, 3);
    Tensor view = base.transpose();
    base.close();
    assertEquals("[[0 3]\n [1 4]\n [2 5]]", view.toString());
    assertThrows(ClosedTensorException.class, base::toArray);
    assertDoesNotThrow(base::close);
  }

  @Test
  void variablesOutliveTheScopeOfTheirValue() {
    Variable v;
    try (Scope scope = Scope.open()) {
      v = new Variable(Ops.ones(2));
      assertEquals(2, scope.give(v.value()).size());
    }
    try (Scope scope = Scope.open()) {
      v.assign(v.value().add(1));
      assertEquals(0, scope.give(List.of()).size());
    }
    assertEquals("[2. 2.]", v.value().toString());
    assertThrows(ShapeException.class, () -> v.assign(Ops.ones(3)));
  }

  @Test
  void outerScopeEndsForgottenInnerOnes() {
    Tensor inside;
    Scope outer = Scope.open();
    Scope forgotten = Scope.open();
    inside = Ops.ones(1);
    outer.close();
    assertThrows(ClosedTensorException.class, inside::item);
    forgotten.close();
    assertEquals(1, Ops.ones(1).item());
  }
}
