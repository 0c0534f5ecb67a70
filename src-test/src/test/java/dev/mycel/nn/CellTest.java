package dev.mycel.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Precision;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.loss.MSELoss;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@SuppressWarnings({"UnusedVariable", "unused"}) // fields are read by the registry
@MycelTest
class CellTest {
  /** The cell of the reference document. */
  private static final class MyCell extends Cell<Tensor, Tensor> {
    private final Conv2d net;
    private final ReLU relu = new ReLU();

    MyCell(boolean autoPrefix) {
      super(autoPrefix);
      net = Conv2d.builder(120, 240, 4).hasBias(false).build();
    }

    @Override
    protected Tensor construct(Tensor x) {
      return relu.call(net.call(x));
    }
  }

  private abstract static class Plain extends Cell<Tensor, Tensor> {
    @Override
    protected Tensor construct(Tensor x) {
      return x;
    }
  }

  private static class Base extends Plain {
    private final Dense first = new Dense(2, 2);
  }

  private static final class Derived extends Base {
    private final Parameter own = new Parameter(Ops.zeros(3), null);
    private final Dense second = new Dense(2, 2);
    private final Tensor noParameter = Ops.zeros(4);
    private final transient Dense elsewhere = new Dense(5, 5);
    private static final Dense SHARED_BY_ALL = new Dense(7, 7);
  }

  private static List<String> names(Cell<?, ?> cell) {
    return cell.parametersAndNames().stream().map(NamedParameter::name).toList();
  }

  private static List<String> stored(Cell<?, ?> cell) {
    return new ArrayList<>(cell.parametersDict().keySet());
  }

  @Test
  void printedParametersCarryTheFieldsName() {
    assertEquals(
        "[Parameter (name=net.weight, shape=(240, 120, 4, 4), dtype=Float32, requires_grad=True)]",
        new MyCell(true).trainableParams().toString());
  }

  @Test
  void withoutAutoPrefixTheFieldsNameIsLeftOut() {
    MyCell cell = new MyCell(false);
    assertEquals(List.of("weight"), stored(cell));
    assertEquals(List.of("net.weight"), names(cell));
  }

  @Test
  void fieldsOfSuperclassesComeFirstAndStaticOrTransientOnesNever() {
    assertEquals(
        List.of("own", "first.weight", "first.bias", "second.weight", "second.bias"),
        names(new Derived()));
  }

  @Test
  void cellsAreListedDepthFirstWithTheRootAsEmptyName() {
    class Net extends Plain {
      final MyCell inner = new MyCell(true);
      final SequentialCell block = new SequentialCell(new ReLU(), new Dense(2, 2));
    }
    assertEquals(
        List.of("", "inner", "inner.net", "inner.relu", "block", "block.0", "block.1"),
        new Net().cellsAndNames().stream().map(NamedCell::name).toList());
  }

  @Test
  void insertedChildrenJoinTheTree() {
    Net1 net = new Net1();
    net.insertChildToCell("conv3", new Conv2d(64, 128, 3));
    net.insertParamToCell("scale", new Parameter(Ops.zeros(1)));
    assertEquals(List.of("scale", "fc.weight", "fc.bias", "weight"), stored(net));
    assertEquals(List.of("scale", "fc.weight", "fc.bias", "conv3.weight"), names(net));
    assertEquals(List.of("fc", "conv3"), new ArrayList<>(net.nameCells().keySet()));
  }

  private static final class Net1 extends Plain {
    private final Dense fc = new Dense(2, 1);
  }

  @Test
  void illegalInsertionsAreRefusedByCellAndName() {
    Net1 net = new Net1();
    for (String name : new String[] {"", "a.b", " "}) {
      var e = assertThrows(ArgumentException.class, () -> net.insertChildToCell(name, new ReLU()));
      assertTrue(e.getMessage().contains("Net1"), e.getMessage());
    }
    assertThrows(ArgumentException.class, () -> net.insertChildToCell("fc", new ReLU()));
    assertThrows(ArgumentException.class, () -> net.insertChildToCell("self", net));
    net.insertChildToCell("more", new ReLU());
    var e = assertThrows(ArgumentException.class, () -> net.insertChildToCell("more", new ReLU()));
    assertTrue(e.getMessage().contains("'more'") && e.getMessage().contains("hint"));
    assertThrows(
        ArgumentException.class, () -> net.insertParamToCell("more", new Parameter(Ops.zeros(1))));
  }

  @Test
  @SuppressWarnings("NullAway") // the null is the point
  void nullChildrenAndInputsAreRefused() {
    Net1 net = new Net1();
    assertThrows(ArgumentException.class, () -> net.insertChildToCell("none", null));
    assertThrows(ArgumentException.class, () -> net.insertParamToCell("none", null));
    assertThrows(ArgumentException.class, () -> net.call(null));
    var e = assertThrows(ArgumentException.class, () -> new MSELoss().call(Ops.zeros(1), null));
    assertTrue(e.getMessage().contains("second"), e.getMessage());
  }

  @Test
  void cellsInPlainCollectionsAreRefused() {
    Dense dense = new Dense(1, 1);
    class InList extends Plain {
      final List<Dense> layers = List.of(dense);
    }
    class InMap extends Plain {
      final Map<String, Object> layers = Map.of("a", List.of(dense));
    }
    class InArray extends Plain {
      final Dense[] layers = {dense};
    }
    class InOptional extends Plain {
      final Optional<Dense> layer = Optional.of(dense);
    }
    class ParameterList extends Plain {
      final List<Parameter> weights = List.of(dense.weight());
    }
    Map<Cell<?, ?>, String> wayOut =
        Map.of(
            new InList(), "CellList",
            new InMap(), "CellDict",
            new InArray(), "CellList",
            new InOptional(), "a field of its own");
    wayOut.forEach(
        (cell, container) -> {
          var e = assertThrows(ArgumentException.class, cell::trainableParams);
          assertTrue(e.getMessage().contains(container), e.getMessage());
          assertTrue(e.getMessage().contains(cell.clsName()), e.getMessage());
        });
    var e = assertThrows(ArgumentException.class, () -> new ParameterList().trainableParams());
    assertTrue(e.getMessage().contains("ParameterTuple"), e.getMessage());
  }

  @Test
  void harmlessCollectionsAndFunctionsHoldingCellsAreFine() {
    class Fine extends Plain {
      final List<String> labels = List.of("a");
      final Function<Tensor, Tensor> head = new Dense(2, 2);
      final @Nullable Dense absent = null;
    }
    assertEquals(List.of("head.weight", "head.bias"), names(new Fine()));
  }

  @Test
  void sharedObjectsAreListedOnceUnderTheirFirstPath() {
    class Net extends Plain {
      final Dense a = new Dense(2, 1);
      final Dense b = a;
    }
    Net net = new Net();
    assertEquals(List.of("a.weight", "a.bias"), names(net));
    assertEquals(List.of("", "a"), net.cellsAndNames().stream().map(NamedCell::name).toList());
    assertEquals(List.of("a"), new ArrayList<>(net.nameCells().keySet()));
    assertEquals(2, net.toString().split("Dense").length - 1);
  }

  @Test
  void localNamesReplaceFieldNames() {
    class Net extends Plain {
      @LocalName("fc_1")
      final Dense first = new Dense(1, 1);
    }
    assertEquals(List.of("fc_1.weight", "fc_1.bias"), names(new Net()));
  }

  @Test
  void parameterTuplesRegisterTheirElementsUnderTheirNames() {
    class Net extends Plain {
      final ParameterTuple weights =
          new ParameterTuple(
              new Parameter(Ops.zeros(2), "u"),
              new Parameter(Ops.zeros(3)),
              new Parameter(Ops.zeros(4)));
    }
    assertEquals(List.of("u", "Parameter$1", "Parameter$2"), stored(new Net()));
  }

  @Test
  void theOutermostTreeNamesAParameter() {
    class Outer extends Plain {
      final MyCell block = new MyCell(true);
    }
    Outer outer = new Outer();
    Parameter weight = outer.block.net.weight();
    assertEquals("weight", weight.name());
    outer.block.trainableParams();
    assertEquals("net.weight", weight.name());
    outer.trainableParams();
    assertEquals("block.net.weight", weight.name());
    outer.block.trainableParams();
    assertEquals("block.net.weight", weight.name());
    assertEquals(List.of("net.weight"), stored(outer.block));
    WithLossCell<Tensor, Tensor, Tensor, Tensor> wrapped = new WithLossCell<>(outer, new MSELoss());
    assertEquals(List.of("block.net.weight"), stored(wrapped));
    assertEquals(List.of("_backbone.block.net.weight"), names(wrapped));
  }

  @Test
  void modesAreRecursiveAndStartWithInference() {
    class Net extends Plain {
      final SequentialCell block = new SequentialCell(new ReLU(), new Dense(2, 2));
    }
    Net net = new Net();
    assertFalse(net.block.get(0).training());
    assertSame(net, net.setTrain());
    assertTrue(net.block.get(0).training());
    net.setTrain(false);
    assertFalse(net.training());
    assertTrue(net.setGrad().requiresGrad());
    assertFalse(net.block.requiresGrad());
  }

  @Test
  void applyVisitsChildrenBeforeParents() {
    List<String> order = new ArrayList<>();
    SequentialCell net = new SequentialCell(new ReLU(), new SequentialCell(new Dense(1, 1)));
    net.apply(cell -> order.add(cell.clsName()));
    assertEquals(List.of("ReLU", "Dense", "SequentialCell", "SequentialCell"), order);
  }

  @Test
  void flagsCanBeRead() {
    Net1 net = new Net1();
    net.addFlagsRecursive("fp16", true);
    assertEquals(Map.of("fp16", true), net.fc.getFlags());
  }

  @Test
  void errorsTellTheirPath() {
    class Net extends Plain {
      final SequentialCell encoder =
          new SequentialCell(new ReLU(), new SequentialCell(new Dense(4, 4)));

      @Override
      protected Tensor construct(Tensor x) {
        return encoder.call(x);
      }
    }
    var e = assertThrows(TensorException.class, () -> new Net().call(Ops.zeros(2, 3)));
    assertEquals(List.of("encoder", "1", "0"), e.cellPath());
    assertTrue(e.getMessage().endsWith("in encoder.1.0"), e.getMessage());
    class InList extends Plain {
      final CellList<Dense> layers = new CellList<>(new Dense(3, 3), new Dense(9, 9));

      @Override
      protected Tensor construct(Tensor x) {
        return layers.get(1).call(layers.get(0).call(x));
      }
    }
    e = assertThrows(TensorException.class, () -> new InList().call(Ops.zeros(2, 3)));
    assertEquals(List.of("layers.1"), e.cellPath());
  }

  @Test
  void aFailedCallRestoresThePrecision() {
    Dense dense = new Dense(4, 4);
    dense.toFloat(DType.FLOAT16);
    assertThrows(TensorException.class, () -> dense.call(Ops.zeros(2, 3)));
    assertSame(Precision.NONE, Precision.current());
  }

  /** Its backward is wrong on purpose, so that one sees that it is used. */
  private static final class Sevenfold extends Cell<Tensor, Tensor> {
    private int forwards;

    @Override
    protected Tensor construct(Tensor x) {
      forwards++;
      return x.mul(2);
    }

    @Override
    protected Tensor bprop(Tensor x, Tensor out, Tensor dout) {
      return dout.mul(7);
    }
  }

  @Test
  void anOverriddenBpropReplacesTheGradient() {
    Sevenfold cell = new Sevenfold();
    Tensor dx = Autograd.grad(cell).apply(Ops.ones(3));
    assertTrue(dx.sameAs(Ops.ones(3).mul(7)), dx.toString());
    assertEquals(1, cell.forwards);
    assertEquals(2, cell.call(Ops.ones(1)).item());
  }

  /** A custom backward of two inputs. */
  private static final class Swapped extends Cell2<Tensor, Tensor, Tensor> {
    @Override
    protected Tensor construct(Tensor a, Tensor b) {
      return a.mul(b);
    }

    @Override
    protected Pair<Tensor, Tensor> bprop(Tensor a, Tensor b, Tensor out, Tensor dout) {
      return new Pair<>(dout.mul(a), dout.mul(b));
    }
  }

  @Test
  void anOverriddenBpropOfTwoInputsReplacesTheGradient() {
    Tensor a = Ops.ones(1).mul(2);
    Tensor b = Ops.ones(1).mul(5);
    Pair<Tensor, Tensor> both = Autograd.grad(new Swapped(), 0, 1).call(a, b);
    assertEquals(2, both.first().item());
    assertEquals(5, both.second().item());
  }

  @Test
  void gradientsReachParametersInTheOrderOfTheWalk() {
    Dense dense = new Dense(3, 2);
    List<Tensor> grads = Autograd.grad(dense, dense.trainableParams()).apply(Ops.ones(4, 3));
    assertEquals(dense.weight().shape(), grads.get(0).shape());
    assertTrue(grads.get(1).sameAs(Ops.ones(2).mul(4)));
  }
}
