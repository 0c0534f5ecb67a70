package dev.mycel.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Ops;
import dev.mycel.core.Random;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.LazyTensor;
import org.junit.jupiter.api.Test;

@MycelTest
class ParameterTest {
  private static Parameter of(DType type) {
    return new Parameter(Ops.zeros(Shape.of(2), type), "p");
  }

  @Test
  void isPrintedAsMindSporeDoes() {
    assertEquals(
        "Parameter (name=scale, shape=(), dtype=Float16, requires_grad=False)",
        new Parameter(Ops.zeros(Shape.scalar(), DType.FLOAT16), " scale ", false).toString());
    assertTrue(
        new Parameter(Ops.zeros(1))
            .toString()
            .matches(
                "Parameter \\(name=Parameter#\\d+, shape=\\(1,\\), dtype=Float32, "
                    + "requires_grad=True\\)"));
  }

  @Test
  void unnamedOnesAreToldApart() {
    assertFalse(new Parameter(Ops.zeros(1)).name().equals(new Parameter(Ops.zeros(1)).name()));
    assertThrows(ArgumentException.class, () -> new Parameter(Ops.zeros(1), "x".repeat(1025)));
  }

  @Test
  void numbersBecomeScalars() {
    assertEquals(DType.INT32, new Parameter(3, "n").dtype());
    assertEquals(DType.FLOAT32, new Parameter(2.5, "x").dtype());
    assertEquals(2.5, new Parameter(2.5, "x").value().item());
  }

  @Test
  void setDataKeepsTheDtype() {
    Parameter half = of(DType.FLOAT16);
    half.setData(Tensor.of(new float[] {1.5f, 2}, 2));
    assertEquals(DType.FLOAT16, half.value().dtype());
    assertEquals(1.5, half.value().at(0).item());
    of(DType.FLOAT32).setData(Ops.zeros(Shape.of(2), DType.BFLOAT16));
    of(DType.FLOAT32).setData(Ops.zeros(Shape.of(2), DType.INT64));
    of(DType.INT64).setData(Ops.zeros(Shape.of(2), DType.INT32));
    of(DType.INT32).setData(Ops.zeros(Shape.of(2), DType.BOOL));
  }

  @Test
  void setDataRefusesWhatWouldLoseMeaning() {
    assertThrows(
        DTypeException.class, () -> of(DType.INT32).setData(Ops.zeros(Shape.of(2), DType.FLOAT32)));
    assertThrows(
        DTypeException.class, () -> of(DType.INT32).setData(Ops.zeros(Shape.of(2), DType.INT64)));
    assertThrows(
        DTypeException.class, () -> of(DType.BOOL).setData(Ops.zeros(Shape.of(2), DType.INT32)));
  }

  @Test
  void anotherShapeNeedsSliceShape() {
    Parameter p = of(DType.FLOAT32);
    var e = assertThrows(ShapeException.class, () -> p.setData(Ops.zeros(3)));
    assertTrue(e.getMessage().contains("name=p"), e.getMessage());
    p.setData(Ops.ones(3), true);
    assertEquals(Shape.of(3), p.shape());
    assertEquals(Shape.of(3), p.value().shape());
  }

  @Test
  void setDataOutlivesItsScope() {
    Parameter p = of(DType.FLOAT32);
    Scope scope = Scope.open();
    p.setData(Ops.ones(2).mul(3));
    scope.close();
    assertEquals(3, p.value().at(1).item());
  }

  @Test
  void lazyOnesFillThemselvesWhenUsed() {
    LazyTensor plan = Initializers.initializer("normal", Shape.of(4, 5), DType.FLOAT32);
    Parameter p = new Parameter(plan, "w");
    assertEquals(Shape.of(4, 5), p.shape());
    assertFalse(p.isInitialized());
    assertTrue(p.value().abs().sum().item() > 0);
    assertTrue(p.isInitialized());
    Tensor before = p.value();
    assertTrue(p.initData().value().sameAs(before));
    assertTrue(plan.initData().sameAs(before));
  }

  @Test
  void theOrderOfConstructionDecidesInitialValuesNotThatOfUse() {
    Random.setSeed(3);
    Parameter a = lazy();
    Parameter b = lazy();
    Tensor a1 = a.value();
    Tensor b1 = b.value();
    Random.setSeed(3);
    Parameter c = lazy();
    Parameter d = lazy();
    Tensor d1 = d.value();
    assertTrue(d1.sameAs(b1));
    assertTrue(c.value().sameAs(a1));
    assertFalse(a1.sameAs(b1));
  }

  private static Parameter lazy() {
    return new Parameter(Initializers.initializer("normal", Shape.of(8), DType.FLOAT32), "w");
  }

  @Test
  void aLazyOneKeepsShapeAndDtypeWhenAssigned() {
    Parameter p = lazy();
    assertThrows(ShapeException.class, () -> p.assign(Ops.zeros(9)));
    Parameter q = lazy();
    q.assign(Ops.ones(8));
    assertEquals(8, q.value().sum().item());
  }

  @Test
  void copiesAreIndependent() {
    Parameter p = new Parameter(Ops.ones(2), "w", false);
    Parameter twin = p.clone("same");
    assertNotSame(p, twin);
    assertEquals(p.toString(), twin.toString());
    twin.setData(Ops.zeros(2));
    assertEquals(2, p.value().sum().item());
    assertEquals(0, p.clone("zeros").value().sum().item());
  }

  @Test
  void scalarsTakeNumbers() {
    Parameter x = new Parameter(2.5, "x");
    assertEquals(0.25, x.setData(0.25).value().item());
    assertEquals(3, x.setData(3).value().item());
    Parameter n = new Parameter(1, "n");
    assertEquals(7, n.setData(7).value().item());
    assertThrows(DTypeException.class, () -> n.setData(0.5));
    assertThrows(ShapeException.class, () -> of(DType.FLOAT32).setData(1.0));
    Parameter wide = new Parameter(Ops.zeros(Shape.scalar(), DType.FLOAT64), "d");
    assertEquals(0.1, wide.setData(0.1).value().item());
  }

  @Test
  void clonesTakeANumberATensorOrAnInitialiser() {
    Parameter p = new Parameter(Ops.ones(2), "w", false).setLayerwiseParallel(true);
    Parameter half = p.clone(0.5);
    assertEquals(1, half.value().sum().item());
    assertEquals("w", half.name());
    assertFalse(half.requiresGrad());
    assertTrue(half.layerwiseParallel());
    assertEquals(7, p.clone(Tensor.of(new float[] {3, 4}, 2)).value().sum().item());
    assertThrows(ShapeException.class, () -> p.clone(Ops.zeros(3)));
    assertEquals(2, p.value().sum().item());
  }

  @Test
  void aCopyOfALazyOneStaysLazyAndGetsTheSameValues() {
    Parameter p = lazy();
    Parameter copy = p.copy();
    assertFalse(copy.isInitialized());
    assertTrue(copy.value().sameAs(p.value()));
  }

  @Test
  void printingShowsNoValuesAndFillsNothing() {
    Parameter p = lazy();
    assertEquals("Parameter (name=w, shape=(8,), dtype=Float32, requires_grad=True)", p.toString());
    assertFalse(p.isInitialized());
  }

  @Test
  void tensorsGivenToAParameterDoNotChangeWithIt() {
    Tensor start = Ops.ones(2);
    Parameter p = new Parameter(start, "w");
    p.setData(Ops.zeros(2));
    assertEquals(2, start.sum().item());
    Tensor snapshot = p.value();
    p.assign(Ops.ones(2));
    assertEquals(0, snapshot.sum().item());
  }

  @Test
  void tuplesRefuseTwoOfOneNameAndCloneWithAPrefix() {
    Parameter a = new Parameter(Ops.ones(2), "a");
    Parameter b = new Parameter(Ops.ones(2), "b");
    assertThrows(
        ArgumentException.class, () -> new ParameterTuple(a, new Parameter(Ops.ones(2), "a")));
    ParameterTuple clones = new ParameterTuple(a, b, a).clone("moments", "zeros");
    assertEquals("moments.b", clones.get(1).name());
    assertEquals(0, clones.get(0).value().sum().item());
    assertThrows(ArgumentException.class, () -> new ParameterTuple(a).clone("a b"));
  }

  @Test
  void freezingTakesAParameterOffTheTrainableOnes() {
    var net = new dev.mycel.nn.layer.Dense(2, 1);
    for (Parameter p : net.trainableParams()) {
      if (p.name().contains("bias")) {
        p.setRequiresGrad(false);
      }
    }
    assertEquals(
        "[Parameter (name=weight, shape=(1, 2), dtype=Float32, requires_grad=True)]",
        net.trainableParams().toString());
    assertEquals(1, net.untrainableParams().size());
  }
}
