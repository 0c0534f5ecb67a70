package dev.mycel.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.LSTM;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.optim.SGD;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Deep copies of cells. */
@SuppressWarnings({"UnusedVariable", "unused"}) // fields are read by the registry
@MycelTest
class CellCopyTest {
  private abstract static class Plain extends Cell<Tensor, Tensor> {
    @Override
    protected Tensor construct(Tensor x) {
      return x;
    }
  }

  private static final class Net extends Plain {
    private final Dense fc = new Dense(2, 2);
    private final SequentialCell stack = new SequentialCell(fc, new ReLU());
    private final ParameterTuple pair = new ParameterTuple(new Parameter(Ops.ones(2), "u"));

    @Override
    protected Tensor construct(Tensor x) {
      return stack.call(fc.call(x));
    }
  }

  @Test
  void namesValuesAndSharingAreThoseOfTheOriginal() {
    Net net = new Net();
    Net copy = Cell.deepCopy(net);
    assertEquals(net.parametersDict().toString(), copy.parametersDict().toString());
    assertEquals(net.toString(), copy.toString());
    assertSame(copy.fc, copy.stack.get(0));
    assertNotSame(net.fc, copy.fc);
    Tensor x = Ops.ones(1, 2);
    assertTrue(copy.call(x).sameAs(net.call(x)));
  }

  @Test
  void changesToTheCopyLeaveTheOriginal() {
    Net net = new Net();
    String before = net.fc.weight().value().toString();
    Net copy = Cell.deepCopy(net);
    copy.fc.weight().setData(Ops.zeros(2, 2));
    copy.setTrain().toFloat(DType.FLOAT16);
    copy.stack.append(new ReLU());
    copy.setChild("more", new ReLU());
    copy.pair.get(0).setRequiresGrad(false);
    assertEquals(before, net.fc.weight().value().toString());
    assertFalse(net.training() || net.fc.training());
    assertTrue(net.fc.computeType().isEmpty());
    assertEquals(2, net.stack.size());
    assertFalse(net.nameCells().containsKey("more"));
    assertTrue(net.pair.get(0).requiresGrad());
  }

  @Test
  void lazyParametersOfBothGetTheSameValues() {
    Dense dense = new Dense(3, 4);
    Dense copy = Cell.deepCopy(dense);
    assertFalse(dense.weight().isInitialized());
    assertTrue(copy.weight().value().sameAs(dense.weight().value()));
  }

  @Test
  void modesFlagsAndGivenNamesAreCopied() {
    Dense dense = new Dense(1, 1);
    dense.setTrain().toFloat(DType.BFLOAT16).addFlags("k", 1);
    dense.weight().setName("mine");
    Dense copy = Cell.deepCopy(dense);
    assertTrue(copy.training());
    assertEquals(DType.BFLOAT16, copy.computeType().orElseThrow());
    assertEquals(1, copy.getFlags().get("k"));
    assertEquals("mine", copy.weight().name());
  }

  /** State of the kinds that are copied, and of those that are shared. */
  private static final class Stateful extends Plain {
    private final int[] counts = {1, 2};
    private final List<Integer> history = new ArrayList<>(List.of(1));
    private final TreeMap<String, Integer> backwards =
        new TreeMap<>(java.util.Comparator.reverseOrder());
    private final AtomicLong calls = new AtomicLong(3);
    private final Generator generator = new Generator(5);
    private final transient Dense elsewhere = new Dense(1, 1);
    private final Tensor constant = Ops.ones(2);
  }

  @Test
  void stateIsCopiedAndWhatBelongsElsewhereIsShared() {
    Stateful cell = new Stateful();
    cell.backwards.put("a", 1);
    cell.backwards.put("b", 2);
    Stateful copy = Cell.deepCopy(cell);
    copy.counts[0] = 9;
    copy.history.add(2);
    copy.calls.incrementAndGet();
    copy.generator.manualSeed(8);
    assertEquals(1, cell.counts[0]);
    assertEquals(List.of(1), cell.history);
    assertEquals(3, cell.calls.get());
    assertEquals(5, cell.generator.initialSeed());
    assertEquals("b", copy.backwards.firstKey());
    assertNotSame(cell.backwards, copy.backwards);
    assertSame(cell.elsewhere, copy.elsewhere);
    assertSame(cell.constant, copy.constant);
  }

  /** An inner class, which sees its outer cell. */
  private static final class Outer extends Plain {
    private final Parameter scale = new Parameter(Ops.ones(1));
    private final Inner inner = new Inner();

    private final class Inner extends Plain {
      @Override
      protected Tensor construct(Tensor x) {
        return x.mul(scale.value());
      }
    }

    @Override
    protected Tensor construct(Tensor x) {
      return inner.call(x);
    }
  }

  @Test
  void innerCellsSeeTheCopyOfTheirOuterCell() {
    Outer copy = Cell.deepCopy(new Outer());
    copy.scale.setData(Ops.full(dev.mycel.core.Shape.of(1), 3, DType.FLOAT32));
    assertEquals(3, copy.call(Ops.ones(1)).item());
  }

  private static final class WithLambda extends Plain {
    private final Dense fc = new Dense(1, 1);

    @SuppressWarnings("UnnecessaryLambda") // what is copied is a field
    private final UnaryOperator<Tensor> head = x -> fc.call(x);
  }

  @Test
  void aFunctionThatCapturedTheCellIsRefused() {
    var e = assertThrows(ArgumentException.class, () -> Cell.deepCopy(new WithLambda()));
    assertTrue(e.getMessage().contains("head"), e.getMessage());
  }

  @Test
  void optimizersAreNotCopied() {
    Dense dense = new Dense(1, 1);
    SGD sgd = new SGD(dense.trainableParams(), 0.1);
    var e = assertThrows(ArgumentException.class, () -> Cell.deepCopy(sgd));
    assertTrue(e.getMessage().contains("copy.trainableParams()"), e.getMessage());
  }

  @Test
  void layersWithTuplesAndInnerCellsAreCopied() {
    LSTM lstm = new LSTM(3, 2);
    LSTM copy = Cell.deepCopy(lstm);
    Tensor x = Ops.ones(4, 1, 3);
    assertTrue(copy.call(x).first().sameAs(lstm.call(x).first()));
    assertEquals(lstm.parametersDict().keySet(), copy.parametersDict().keySet());
    assertNotSame(lstm.trainableParams().get(0), copy.trainableParams().get(0));
  }

  @Test
  void containersAreCopiedWithTheirKeys() {
    CellDict<Dense> dict = new CellDict<>();
    dict.put("a", new Dense(1, 1));
    CellDict<Dense> copy = Cell.deepCopy(dict);
    copy.put("b", new Dense(1, 1));
    assertEquals(List.of("a"), List.copyOf(dict.keys()));
    assertNotSame(dict.get("a"), copy.get("a"));
  }
}
