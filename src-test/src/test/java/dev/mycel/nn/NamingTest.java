package dev.mycel.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.Momentum;
import dev.mycel.optim.TrainOneStepCell;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What parameters are called, and that no question or wrapper changes it. */
@SuppressWarnings({"UnusedVariable", "unused"}) // fields are read by the registry
@MycelTest
class NamingTest {
  private static class Plain extends Cell<Tensor, Tensor> {
    Plain() {}

    Plain(boolean autoPrefix) {
      super(autoPrefix);
    }

    @Override
    protected Tensor construct(Tensor x) {
      return x;
    }
  }

  private static List<String> paths(Cell<?, ?> cell) {
    return cell.parametersAndNames().stream().map(NamedParameter::name).toList();
  }

  private static List<String> names(Cell<?, ?> cell) {
    return cell.parametersAndNames().stream().map(n -> n.parameter().name()).toList();
  }

  private static List<String> keys(Cell<?, ?> cell) {
    return List.copyOf(cell.parametersDict().keySet());
  }

  private static Dense dense() {
    return Dense.builder(2, 1).hasBias(false).build();
  }

  /** A net with two inserted children, whose parameters have one name. */
  private static Plain twins() {
    Plain net = new Plain();
    net.insertChildToCell("one", dense());
    net.insertChildToCell("two", dense());
    return net;
  }

  // ---- the rules --------------------------------------------------------------------------------

  @Test
  void aSharedCellIsListedUnderItsFirstPlaceAndNamedByItsLast() {
    class Net extends Plain {
      final Dense a = dense();
      final SequentialCell b = new SequentialCell(a, new ReLU());
    }
    assertEquals(List.of("a.weight"), paths(new Net()));
    assertEquals(List.of("b.0.weight"), names(new Net()));
    assertEquals(List.of("b.0.weight"), keys(new Net()));
  }

  @Test
  void aTiedParameterKeepsTheNameOfTheCellThatMadeIt() {
    class Net extends Plain {
      final Dense embedding = dense();
      final Parameter tied = embedding.weight();
    }
    assertEquals(List.of("tied"), paths(new Net()));
    assertEquals(List.of("embedding.weight"), keys(new Net()));
  }

  @Test
  void insertedChildrenKeepTheirNamesUntilTheCellIsNested() {
    Plain net = new Plain();
    net.insertChildToCell("conv3", dense());
    assertEquals(List.of("weight"), keys(net));
    class Outer extends Plain {
      final Plain block = net;
    }
    assertEquals(List.of("block.conv3.weight"), keys(new Outer()));
  }

  @Test
  void childrenSetAtRunTimeAreNamedAsFieldsAreAndCanBeReplaced() {
    Plain net = new Plain();
    net.setChild("fc", dense());
    assertEquals(List.of("fc.weight"), keys(net));
    net.setChild("fc", new ReLU());
    assertEquals(List.of(), keys(net));
    net.insertParamToCell("scale", new Parameter(Ops.ones(1)));
    assertThrows(ArgumentException.class, () -> net.setChild("scale", new ReLU()));
  }

  @Test
  void anExplicitNameCountsWhereNoCellPrefixes() {
    class Net extends Plain {
      final Parameter w = new Parameter(Ops.ones(1), "foo");
    }
    class Outer extends Plain {
      final Net block = new Net();
    }
    assertEquals(List.of("foo"), keys(new Net()));
    assertEquals(List.of("block.w"), keys(new Outer()));
  }

  @Test
  void parametersInsertedWithDotsNeedThePermission() {
    Plain net = new Plain();
    Parameter p = new Parameter(Ops.ones(1));
    assertThrows(ArgumentException.class, () -> net.insertParamToCell("a.b", p));
    net.insertParamToCell("a.b", p, false);
    assertEquals(List.of("a.b"), keys(net));
  }

  // ---- clashes ----------------------------------------------------------------------------------

  @Test
  void namesThatClashBecomePathsWhereTheyMustDiffer() {
    Plain net = twins();
    assertEquals(List.of("weight", "weight"), names(net));
    var e = assertThrows(ArgumentException.class, net::checkNames);
    assertTrue(e.getMessage().contains("one.weight"), e.getMessage());
    assertTrue(e.getMessage().contains("two.weight"), e.getMessage());
    assertEquals(List.of("one.weight", "two.weight"), keys(net));
    assertEquals(List.of("one.weight", "two.weight"), names(net));
    net.checkNames();
  }

  @Test
  void cellsWithoutPrefixAreResolvedTheSameWay() {
    class Both extends Plain {
      final Dense one = dense();
      final Dense two = dense();

      Both() {
        super(false);
      }
    }
    assertEquals(List.of("one.weight", "two.weight"), keys(new Both()));
  }

  @Test
  void noWrapperGetsIntoTheNamesThatItResolves() {
    Plain net = twins();
    WithLossCell<Tensor, Tensor, Tensor, Tensor> loss = new WithLossCell<>(net, new MSELoss());
    assertEquals(List.of("one.weight", "two.weight"), keys(loss));
    assertEquals(List.of("one.weight", "two.weight"), keys(net));
  }

  @Test
  void anOptimizerResolvesTheNamesOfItsParameters() {
    Plain net = twins();
    Momentum optimizer = new Momentum(net.trainableParams(), 0.1, 0.9);
    assertEquals(
        List.of("one.weight", "two.weight"),
        optimizer.parameters().stream().map(Parameter::name).toList());
    assertTrue(keys(optimizer).contains("moments.two.weight"), keys(optimizer).toString());
  }

  @Test
  void nothingIsLostWhenNamesClashedBeforeSaving(@TempDir Path folder) {
    Path file = folder.resolve("twins.ckpt");
    Checkpoints.saveCheckpoint(twins(), file);
    assertEquals(2, Checkpoints.loadCheckpoint(file).size());
    var loaded = Checkpoints.loadCheckpoint(file);
    assertTrue(Checkpoints.loadParamIntoNet(twins(), loaded).isComplete());
  }

  // ---- names given on purpose -------------------------------------------------------------------

  @Test
  void aNameThatIsSetStaysInEveryTree() {
    class Inner extends Plain {
      final Dense fc = dense();
    }
    class Outer extends Plain {
      final Inner inner = new Inner();
    }
    Outer outer = new Outer();
    outer.inner.fc.weight().setName("mine");
    assertEquals(List.of("mine"), keys(outer.inner));
    assertEquals(List.of("mine"), keys(outer));
    assertEquals(List.of("inner.fc.weight"), paths(outer));
    outer.inner.fc.weight().setName(" ");
    assertEquals(List.of("inner.fc.weight"), keys(outer));
  }

  @Test
  void twoParametersThatAreGivenOneNameAreAnError() {
    class Net extends Plain {
      final Dense a = dense();
      final Dense b = dense();
    }
    Net net = new Net();
    net.a.weight().setName("same");
    net.b.weight().setName("same");
    var e = assertThrows(ArgumentException.class, net::parametersDict);
    assertTrue(e.getMessage().contains("'same'"), e.getMessage());
    assertTrue(e.getMessage().contains("a.weight"), e.getMessage());
  }

  @Test
  void updatingNamesPutsAPrefixBeforeThePath() {
    class Net extends Plain {
      final Parameter own = new Parameter(Ops.ones(1), "foo");
      final Dense fc = dense();
    }
    Net net = new Net();
    net.updateParametersName("ema.");
    assertEquals(List.of("ema.own", "ema.fc.weight"), keys(net));
    net.updateParametersName();
    assertEquals(List.of("own", "fc.weight"), keys(net));
    net.updateParametersName("only-", false);
    assertEquals(List.of("only-own", "fc.weight"), keys(net));
    assertThrows(ArgumentException.class, () -> net.updateParametersName("a b"));
  }

  // ---- names do not depend on questions ---------------------------------------------------------

  @Test
  void whoAsksFirstDoesNotMatter() {
    class Inner extends Plain {
      final Dense fc = dense();
    }
    class Outer extends Plain {
      final Inner inner = new Inner();
    }
    Outer asked = new Outer();
    asked.inner.fc.trainableParams();
    asked.inner.parametersDict();
    assertEquals(keys(new Outer()), keys(asked));
    assertEquals(asked.toString(), new Outer().toString());
    assertEquals(names(asked), names(new Outer()));
  }

  @Test
  void wrappingAndUnwrappingLeavesNames() {
    class Net extends Plain {
      final Dense fc = dense();
    }
    Net net = new Net();
    List<String> before = keys(net);
    WithLossCell<Tensor, Tensor, Tensor, Tensor> loss = new WithLossCell<>(net, new MSELoss());
    var step = new TrainOneStepCell<>(loss, new Momentum(net.trainableParams(), 0.1, 0.9));
    assertTrue(keys(step).containsAll(before), keys(step).toString());
    assertEquals(before, keys(loss));
    assertEquals(before, keys(net));
    assertEquals(before, names(net));
  }

  // ---- lists and dicts --------------------------------------------------------------------------

  @Test
  void prefixesCanBeAskedFor() {
    class Net extends Plain {
      final Dense fc = dense();
    }
    Net net = new Net();
    assertEquals(
        List.of("net", "net.fc"), net.cellsAndNames("net").stream().map(NamedCell::name).toList());
    assertEquals(
        List.of("net.fc.weight"),
        net.parametersAndNames("net", true).stream().map(NamedParameter::name).toList());
    assertEquals(List.of(), net.parametersAndNames("net", false));
  }

  @Test
  void theBroadcastDictLeavesOutWhatDiffersFromMachineToMachine() {
    Dense dense = new Dense(2, 1);
    dense.weight().setLayerwiseParallel(true);
    assertEquals(List.of("bias"), List.copyOf(dense.parametersBroadcastDict().keySet()));
    assertEquals(List.of("weight", "bias"), keys(dense));
    assertEquals(0, new ReLU().parametersBroadcastDict().size());
  }

  @Test
  void listsWithoutAutoPrefixLeaveNames() {
    CellList<Dense> list = new CellList<>(List.of(dense()), false);
    assertEquals(List.of("weight"), keys(list));
    assertEquals(List.of("0.weight"), paths(list));
    Plain net = new Plain();
    net.setChild("layers", list);
    assertEquals(List.of("layers.0.weight"), keys(net));
  }

  @Test
  void flagsCanBeGivenAtConstruction() {
    class Flagged extends Cell<Tensor, Tensor> {
      Flagged() {
        super(true, Map.of("fp16", true));
      }

      @Override
      protected Tensor construct(Tensor x) {
        return x;
      }
    }
    assertEquals(Map.of("fp16", true), new Flagged().getFlags());
    assertEquals(Map.of("fp16", true, "level", 2), new Flagged().addFlags("level", 2).getFlags());
  }
}
