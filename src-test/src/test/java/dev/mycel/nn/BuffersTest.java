package dev.mycel.nn;

import static dev.mycel.junit.MycelAssertions.assertNoLeak;
import static dev.mycel.junit.MycelAssertions.assertSameAfterReload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Ops;
import dev.mycel.core.Scope;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.layer.Dense;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Buffers of cells, and states by path. */
@SuppressWarnings({"UnusedVariable", "unused"}) // fields are read by the registry
@MycelTest
class BuffersTest {
  private abstract static class Plain extends Cell<Tensor, Tensor> {
    @Override
    protected Tensor construct(Tensor x) {
      return x;
    }
  }

  /** Counts its calls in a buffer and subtracts a running sum of its inputs. */
  private static final class Running extends Cell<Tensor, Tensor> {
    private final Buffer sum = new Buffer(Ops.zeros(2));
    private final Buffer calls = registerBuffer("calls", Tensor.of(0L), false);
    private final Parameter scale = new Parameter(Ops.ones(2));

    @Override
    protected Tensor construct(Tensor x) {
      sum.assign(sum.value().add(Autograd.stopGradient(x)));
      calls.assign(calls.value().add(1));
      return x.mul(scale.value()).sub(sum.value()).sum();
    }
  }

  private static final class Net extends Plain {
    private final Dense fc = new Dense(2, 2);
    private final Running run = new Running();
  }

  private static List<String> paths(Cell<?, ?> cell) {
    return cell.namedBuffers().stream().map(NamedBuffer::name).toList();
  }

  private static String message(Class<? extends Throwable> type, Runnable work) {
    return String.valueOf(assertThrows(type, work::run).getMessage());
  }

  // ---- members ----------------------------------------------------------------------------------

  @Test
  void buffersAreListedAndAreNoParameters() {
    Net net = new Net();
    assertEquals(List.of("run.sum", "run.calls"), paths(net));
    assertEquals(
        List.of("net.run.sum", "net.run.calls"),
        net.namedBuffers("net", true).stream().map(NamedBuffer::name).toList());
    assertEquals(0, net.buffers(false).count());
    assertEquals(2, net.run.buffers(false).count());
    assertEquals(
        List.of("fc.weight", "fc.bias", "run.scale"), List.copyOf(net.parametersDict().keySet()));
    assertEquals(3, net.trainableParams().size());
    assertEquals(
        "Net(\n  (fc): Dense(input_channels=2, output_channels=2, has_bias=True)\n"
            + "  (run): Running()\n)",
        net.toString());
    assertSame(net.run.sum, net.getBuffer("run.sum"));
    assertSame(net.run.calls, net.run.getBuffer("calls"));
    assertEquals("Buffer (shape=(2,), dtype=Float32, persistent=True)", net.run.sum.toString());
  }

  @Test
  void aNameIsTakenOnceAndABufferMayBeRegisteredAgain() {
    Net net = new Net();
    Buffer first = net.registerBuffer("mask", Ops.ones(3));
    Buffer second = net.registerBuffer("mask", Ops.ones(4), false);
    assertNotSame(first, second);
    assertSame(second, net.getBuffer("mask"));
    net.insertParamToCell("w", new Parameter(Ops.ones(1)));
    net.insertChildToCell("c", new Dense(1, 1));
    for (String taken : List.of("w", "c", "fc", "run")) {
      assertThrows(ArgumentException.class, () -> net.registerBuffer(taken, Ops.ones(1)), taken);
    }
    for (String none : List.of("", " ", "a.b")) {
      assertThrows(ArgumentException.class, () -> net.registerBuffer(none, Ops.ones(1)), none);
    }
    Parameter p = new Parameter(Ops.ones(1));
    Dense child = new Dense(1, 1);
    assertThrows(ArgumentException.class, () -> net.insertParamToCell("mask", p));
    assertThrows(ArgumentException.class, () -> net.setChild("mask", child));
    assertThrows(ArgumentException.class, () -> net.insertChildToCell("mask", child));
    assertEquals(List.of("mask", "run.sum", "run.calls"), paths(net));
  }

  private static final class Hiding extends Plain {
    private final List<Buffer> masks = List.of(new Buffer(Ops.ones(1)));
  }

  private static final class Torn extends Plain {
    private Buffer mask = registerBuffer("mask", Ops.ones(1));

    void tear() {
      mask = new Buffer(Ops.ones(1));
    }
  }

  @Test
  void hiddenAndTornBuffersAreRefused() {
    String hidden = message(ArgumentException.class, () -> new Hiding().buffers());
    assertTrue(hidden.contains("hides buffers in a List"), hidden);
    assertTrue(hidden.contains("registerBuffer"), hidden);
    Torn torn = new Torn();
    assertEquals(1, torn.buffers().count());
    torn.tear();
    assertThrows(ArgumentException.class, torn::buffers);
  }

  @Test
  void aBufferKeepsShapeAndType() {
    Buffer counts = new Buffer(Tensor.of(new int[] {1, 2}));
    counts.setData(Tensor.of(new boolean[] {true, false}));
    assertEquals("[1 0]", counts.value().toString());
    assertThrows(DTypeException.class, () -> counts.setData(Ops.ones(2)));
    assertThrows(ShapeException.class, () -> counts.setData(Tensor.of(new int[] {1, 2, 3})));
    assertThrows(ShapeException.class, () -> counts.assign(Ops.ones(2)));
    assertEquals("[1 0]", counts.value().toString());
    assertEquals(DType.INT32, counts.dtype());
  }

  // ---- calls ------------------------------------------------------------------------------------

  @Test
  void constructReplacesAValueAndSnapshotsStay() {
    Running cell = new Running();
    Tensor before = cell.sum.value();
    Tensor x = Tensor.of(new float[] {1, 2}, 2);
    cell.call(x);
    cell.call(x);
    assertEquals("[0. 0.]", before.toString());
    assertEquals("[2. 4.]", cell.sum.value().toString());
    assertEquals(2, cell.calls.value().item());
  }

  @Test
  void aGradientWritesBuffersOnceAndHasNoneForThem() {
    Running cell = new Running();
    Tensor x = Tensor.of(new float[] {1, 2}, 2);
    var grads = Autograd.grad(cell::call, List.of(cell.scale, cell.sum)).apply(x);
    assertEquals("[1. 2.]", grads.get(0).toString());
    assertEquals("[0. 0.]", grads.get(1).toString());
    assertEquals(1, cell.calls.value().item());
  }

  @Test
  void aRecomputedCellWritesItsBuffersOnce() {
    Running plain = new Running();
    Running again = new Running();
    again.recompute();
    Tensor x = Tensor.of(new float[] {1, 2}, 2);
    Tensor expected = Autograd.grad(plain::call, plain.scale).apply(x);
    assertTrue(Autograd.grad(again::call, again.scale).apply(x).sameAs(expected));
    assertEquals(1, again.calls.value().item());
    assertTrue(again.sum.value().sameAs(plain.sum.value()));
  }

  @Test
  void aBufferOutlivesItsTensorAndLeaksNothing() {
    Buffer buffer;
    try (Tensor one = Ops.ones(3)) {
      buffer = new Buffer(one);
    }
    assertEquals("[1. 1. 1.]", buffer.value().toString());
    Running cell = new Running();
    Tensor x = Ops.ones(2);
    assertNoLeak(
        () -> {
          try (Scope scope = Scope.open()) {
            cell.call(x);
            cell.loadStateDict(cell.stateDict());
          }
        });
  }

  @Test
  void copiesHaveBuffersOfTheirOwn() {
    Net net = new Net();
    Net copy = Cell.deepCopy(net);
    assertEquals(paths(net), paths(copy));
    assertSame(copy.run.calls, copy.getBuffer("run.calls"));
    assertFalse(copy.run.calls.isPersistent());
    copy.run.call(Ops.ones(2));
    assertEquals("[0. 0.]", net.run.sum.value().toString());
    assertEquals("[1. 1.]", copy.run.sum.value().toString());
  }

  // ---- states -----------------------------------------------------------------------------------

  /** Keeps a number that is neither parameter nor buffer. */
  private static final class Counter extends Plain {
    private long steps;
    private boolean refuses;

    @Override
    protected Optional<Tensor> getExtraState() {
      return Optional.of(Tensor.of(steps));
    }

    @Override
    protected void setExtraState(Tensor state) {
      if (refuses) {
        throw new TensorException("no such steps");
      }
      steps = (long) state.item();
    }
  }

  private static final class Whole extends Plain {
    private final Counter first = new Counter();
    private final Running run = new Running();
    private final Counter second = new Counter();
    private final Running alias = run;
  }

  @Test
  void aStateHasPersistentMembersUnderEachPathAndExtraState() {
    Whole net = new Whole();
    net.first.steps = 7;
    assertEquals(
        List.of(
            "first._extra_state",
            "run.scale",
            "run.sum",
            "second._extra_state",
            "alias.scale",
            "alias.sum"),
        List.copyOf(net.stateDict().keySet()));
    Whole other = new Whole();
    other.run.sum.assign(Ops.ones(2));
    assertTrue(net.loadStateDict(other.stateDict()).isEmpty());
    assertEquals(0, net.first.steps);
    assertEquals("[1. 1.]", net.run.sum.value().toString());
    assertThrows(UnsupportedOperationException.class, () -> net.stateDict().clear());
  }

  @Test
  void onePathOfSeveralIsEnoughAndTwoValuesAreRefused() {
    Whole net = new Whole();
    Map<String, Object> state = new LinkedHashMap<>(net.stateDict());
    state.remove("run.sum");
    state.put("alias.sum", Tensor.of(new float[] {3, 4}, 2));
    assertTrue(net.loadStateDict(state).isEmpty());
    assertEquals("[3. 4.]", net.run.sum.value().toString());
    state.put("run.sum", Ops.ones(2));
    String refused = message(ArgumentException.class, () -> net.loadStateDict(state, false));
    assertTrue(refused.contains("two values  alias.sum"), refused);
    assertEquals("[3. 4.]", net.run.sum.value().toString());
  }

  @Test
  void namesWithoutACounterpartAreToldOrRefused() {
    Net net = new Net();
    Map<String, Object> state = new LinkedHashMap<>(net.stateDict());
    state.remove("fc.bias");
    state.put("gc.bias", Ops.ones(2));
    state.put("run.sum", Ops.ones(2));
    String refused = message(ArgumentException.class, () -> net.loadStateDict(state));
    assertTrue(refused.contains("missing     fc.bias"), refused);
    assertTrue(refused.contains("unexpected  gc.bias"), refused);
    assertTrue(refused.contains("nothing was loaded"), refused);
    assertEquals("[0. 0.]", net.run.sum.value().toString());
    assertEquals(
        new IncompatibleKeys(List.of("fc.bias"), List.of("gc.bias")),
        net.loadStateDict(state, false));
    assertEquals("[1. 1.]", net.run.sum.value().toString());
  }

  @Test
  void aStateThatDoesNotFitChangesNothing() {
    Net net = new Net();
    Map<String, Tensor> before = net.stateDict();
    Map<String, Object> state = new LinkedHashMap<>(before);
    state.put("fc.weight", Ops.ones(2, 2).mul(9));
    state.put("run.sum", Ops.ones(3));
    state.put("fc.bias", Ops.ones(1, 2));
    String refused = message(ArgumentException.class, () -> net.loadStateDict(state, false));
    assertTrue(refused.contains("run.sum") && refused.contains("fc.bias"), refused);
    assertSameState(before, net.stateDict());
    for (Object wrong : new Object[] {"text", 1, List.of()}) {
      state.put("run.sum", wrong);
      assertThrows(ArgumentException.class, () -> net.loadStateDict(state, false));
    }
    Tensor closed = Ops.ones(2);
    closed.close();
    state.put("run.sum", closed);
    state.put("fc.bias", Ops.ones(2));
    assertThrows(TensorException.class, () -> net.loadStateDict(state));
    assertSameState(before, net.stateDict());
  }

  @Test
  void anExtraStateThatIsRefusedPutsTheOthersBack() {
    Whole net = new Whole();
    net.first.steps = 1;
    net.second.steps = 2;
    Map<String, Tensor> before = net.stateDict();
    Map<String, Object> state = new LinkedHashMap<>(before);
    state.put("first._extra_state", Tensor.of(5L));
    state.put("second._extra_state", Tensor.of(6L));
    state.put("run.sum", Ops.ones(2));
    state.put("alias.sum", Ops.ones(2));
    net.second.refuses = true;
    assertThrows(TensorException.class, () -> net.loadStateDict(state));
    assertEquals(1, net.first.steps);
    assertSameState(before, net.stateDict());
    net.second.refuses = false;
    net.loadStateDict(state);
    assertEquals(5, net.first.steps);
    assertEquals(6, net.second.steps);
    assertEquals("[1. 1.]", net.run.sum.value().toString());
  }

  @Test
  void valuesAreCastAsSetDataCasts() {
    Running cell = new Running();
    cell.loadStateDict(
        Map.of("scale", Ops.ones(2).cast(DType.FLOAT16), "sum", Tensor.of(new int[] {5, 6})));
    assertEquals("[5. 6.]", cell.sum.value().toString());
    assertEquals(DType.FLOAT32, cell.scale.value().dtype());
  }

  private static final class Loading extends Plain {
    @Override
    protected Tensor construct(Tensor x) {
      loadStateDict(Map.of());
      return x;
    }
  }

  @Test
  void nothingIsLoadedInsideConstruct() {
    assertThrows(ArgumentException.class, () -> new Loading().call(Ops.ones(1)));
  }

  private static void assertSameState(Map<String, Tensor> expected, Map<String, Tensor> found) {
    assertEquals(List.copyOf(expected.keySet()), List.copyOf(found.keySet()));
    expected.forEach((key, value) -> assertTrue(value.sameAs(found.get(key)), key));
  }

  // ---- paths ------------------------------------------------------------------------------------

  @Test
  void membersAreFoundByPath() {
    Net net = new Net();
    SequentialCell stack = new SequentialCell(new Dense(1, 1), new SequentialCell(new Dense(1, 1)));
    net.setChild("stack", stack);
    net.insertParamToCell("a.b", new Parameter(Ops.ones(1)), false);
    assertSame(net, net.getSubCell(""));
    assertSame(net.fc, net.getSubCell("fc"));
    assertSame(stack.getSubCell("1.0"), net.getSubCell("stack.1.0"));
    for (NamedParameter named : net.parametersAndNames()) {
      assertSame(named.parameter(), net.getParameter(named.name()));
    }
    String wrong = message(ArgumentException.class, () -> net.getParameter("stack.1.weight"));
    assertTrue(wrong.contains("SequentialCell has no") || wrong.contains("'weight' in"), wrong);
    assertTrue(wrong.contains("cells 0"), wrong);
    for (String path : List.of("", ".", "fc.", "fc", "weight", "fc.weight.x", "stack.2.weight")) {
      assertThrows(ArgumentException.class, () -> net.getParameter(path), path);
    }
    assertThrows(ArgumentException.class, () -> net.getSubCell("fc.weight"));
    assertThrows(ArgumentException.class, () -> net.getBuffer("fc.weight"));
  }

  // ---- files ------------------------------------------------------------------------------------

  @Test
  void checkpointsContainPersistentBuffersWhateverWrapsTheNet(@TempDir Path folder) {
    Net net = new Net();
    net.run.sum.assign(Tensor.of(new float[] {8, 9}, 2));
    assertEquals(
        List.of("fc.weight", "fc.bias", "run.scale", "run.sum"),
        List.copyOf(net.variablesDict().keySet()));
    WithLossCell<Tensor, Tensor, Tensor, Tensor> wrapped =
        new WithLossCell<>(new Net(), new dev.mycel.nn.loss.MSELoss());
    assertEquals(
        List.copyOf(net.variablesDict().keySet()), List.copyOf(wrapped.variablesDict().keySet()));
    Path file = Checkpoints.saveCheckpoint(net, folder.resolve("net"));
    assertTrue(
        Checkpoints.loadParamIntoNet(wrapped, Checkpoints.loadCheckpoint(file)).isComplete());
    assertEquals("[8. 9.]", wrapped.buffers().findFirst().orElseThrow().value().toString());
    Net third = new Net();
    third.loadStateDict(Checkpoints.loadCheckpoint(file));
    assertEquals("[8. 9.]", third.run.sum.value().toString());
    assertSameAfterReload(net);
    assertSameAfterReload(net.run, new Running(), Ops.ones(2).cast(DType.FLOAT32));
  }

  @Test
  void aBufferThatDoesNotFitTheFileChangesNothing(@TempDir Path folder) {
    Net net = new Net();
    Path file =
        Checkpoints.saveCheckpoint(
            Map.of("fc.bias", Ops.ones(2).mul(3), "run.sum", Ops.ones(3)), folder.resolve("x"));
    Tensor before = net.fc.getParameter("bias").value();
    var entries = Checkpoints.loadCheckpoint(file);
    String refused =
        message(TensorException.class, () -> Checkpoints.loadParamIntoNet(net, entries));
    assertTrue(refused.contains("buffer"), refused);
    assertTrue(before.sameAs(net.fc.getParameter("bias").value()));
  }

  @Test
  void aParameterOfABuffersNameIsCalledByItsPath() {
    Plain net =
        new Plain() {
          private final Running run = new Running();
          private final Parameter other = new Parameter(Ops.ones(1), "run.sum");
        };
    assertEquals(
        List.of("other", "run.scale", "run.sum"), List.copyOf(net.variablesDict().keySet()));
  }
}
