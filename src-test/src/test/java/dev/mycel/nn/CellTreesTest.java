package dev.mycel.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.Momentum;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What holds for any tree of cells. The trees are random, of up to 200 cells; the name of each test
 * has the seed, and {@code -Dmycel.trees.seed=N} runs that one alone.
 */
@MycelTest
class CellTreesTest {
  @TempDir private Path folder;

  static Stream<Long> seeds() {
    Long chosen = Long.getLong("mycel.trees.seed");
    return (chosen != null ? LongStream.of(chosen) : LongStream.rangeClosed(1, 24)).boxed();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void namesAreUniqueAndTheWalkIsStable(long seed) {
    Cell<?, ?> tree = new RandomTree(seed).root();
    List<NamedParameter> walked = tree.parametersAndNames();
    assertUnique(walked.stream().map(NamedParameter::name).toList());
    assertUnique(tree.cellsAndNames().stream().map(NamedCell::name).toList());
    ParameterDict dict = tree.parametersDict();
    assertEquals(walked.size(), dict.size());
    assertEquals(walked, tree.parametersAndNames());
    assertEquals(List.copyOf(dict.keySet()), List.copyOf(tree.parametersDict().keySet()));
    Set<Parameter> distinct = Collections.newSetFromMap(new IdentityHashMap<>());
    walked.forEach(n -> distinct.add(n.parameter()));
    assertEquals(distinct.size(), walked.size());
    tree.checkNames();
    String printed = tree.toString();
    tree.cells().forEach(Cell::parametersDict);
    assertEquals(printed, tree.toString());
    assertEquals(List.copyOf(dict.keySet()), List.copyOf(tree.parametersDict().keySet()));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void saveWrapLoadUnwrapGivesTheSameMap(long seed) {
    Path file = folder.resolve("tree.ckpt");
    RandomTree.Root net = new RandomTree(seed).root();
    Checkpoints.saveCheckpoint(net, file);
    RandomTree.Root other = Cell.deepCopy(net);
    other.getParameters().forEach(p -> p.setData(Ops.zerosLike(p.value())));
    other.buffers().forEach(b -> b.setData(Ops.zerosLike(b.value()).sub(1)));
    WithLossCell<Tensor, Tensor, Tensor, Tensor> wrapped = new WithLossCell<>(other, new MSELoss());
    assertTrue(
        Checkpoints.loadParamIntoNet(wrapped, Checkpoints.loadCheckpoint(file)).isComplete());
    assertEquals(
        List.copyOf(net.parametersDict().keySet()), List.copyOf(wrapped.parametersDict().keySet()));
    assertEquals(values(net), values(other));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aStateTakesATreeBackToWhatItWas(long seed) {
    RandomTree.Root net = new RandomTree(seed).root();
    Map<String, Tensor> state = net.stateDict();
    Map<String, String> before = values(net);
    net.getParameters().forEach(p -> p.setData(p.value().add(1)));
    net.buffers().forEach(b -> b.setData(b.value().sub(1)));
    List<NamedBuffer> passing = net.namedBuffers();
    passing.removeIf(n -> n.buffer().isPersistent());
    List<String> kept = passing.stream().map(n -> n.buffer().value().toString()).toList();
    assertTrue(net.loadStateDict(state).isEmpty());
    assertEquals(before, values(net));
    assertEquals(kept, passing.stream().map(n -> n.buffer().value().toString()).toList());

    Set<String> firstPaths = new HashSet<>();
    net.parametersAndNames().forEach(n -> firstPaths.add(n.name()));
    net.namedBuffers().stream()
        .filter(n -> n.buffer().isPersistent())
        .forEach(n -> firstPaths.add(n.name()));
    assertTrue(state.keySet().containsAll(firstPaths));
    for (String path : state.keySet()) {
      boolean parameter = path.substring(path.lastIndexOf('.') + 1).charAt(0) != 'b';
      Tensor now = parameter ? net.getParameter(path).value() : net.getBuffer(path).value();
      assertTrue(now.sameAs(state.get(path)), path);
    }
    RandomTree.Root copy = Cell.deepCopy(net);
    copy.getParameters().forEach(p -> p.setData(Ops.zerosLike(p.value())));
    assertTrue(copy.loadStateDict(state).isEmpty());
    assertEquals(values(net), values(copy));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aStateWithOneWrongEntryChangesNothing(long seed) {
    Random random = new Random(seed);
    RandomTree.Root net = new RandomTree(seed).root();
    Map<String, String> before = values(net);
    Map<String, Tensor> state = new LinkedHashMap<>(net.stateDict());
    state.replaceAll((path, value) -> value.add(1));
    List<String> paths = List.copyOf(state.keySet());
    String wrong = paths.get(random.nextInt(paths.size()));
    state.put(wrong, Ops.ones(7));
    assertThrows(ArgumentException.class, () -> net.loadStateDict(state, false), wrong);
    assertEquals(before, values(net));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void copiesAreDeep(long seed) {
    RandomTree.Root net = new RandomTree(seed).root();
    RandomTree.Root copy = Cell.deepCopy(net);
    assertEquals(net.toString(), copy.toString());
    Map<String, String> before = values(net);
    assertEquals(before, values(copy));
    Set<Object> ofNet = Collections.newSetFromMap(new IdentityHashMap<>());
    net.cellsAndNames().forEach(n -> ofNet.add(n.cell()));
    net.getParameters().forEach(ofNet::add);
    copy.cellsAndNames().forEach(n -> assertTrue(ofNet.add(n.cell()), n.name()));
    copy.getParameters().forEach(p -> assertTrue(ofNet.add(p), p.name()));
    net.buffers().forEach(ofNet::add);
    copy.namedBuffers().forEach(n -> assertTrue(ofNet.add(n.buffer()), n.name()));
    copy.buffers().forEach(b -> b.setData(b.value().sub(1)));
    copy.getParameters().forEach(p -> p.setData(p.value().add(1)));
    assertEquals(before, values(net));
    assertNotSame(net, copy);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void freezingASubsetEqualsLeavingItOutOfTheUpdate(long seed) {
    Random random = new Random(seed);
    RandomTree.Root frozen = new RandomTree(seed).root();
    RandomTree.Root left = Cell.deepCopy(frozen);
    List<Parameter> kept = new ArrayList<>();
    List<NamedParameter> all = frozen.parametersAndNames();
    List<Parameter> twins = left.getParameters().toList();
    for (int i = 0; i < all.size(); i++) {
      if (random.nextBoolean() && i > 0) {
        all.get(i).parameter().setRequiresGrad(false);
      } else {
        kept.add(twins.get(i));
      }
    }
    Map<String, String> before = values(frozen);
    train(frozen, frozen.trainableParams());
    train(left, kept);
    assertEquals(values(left), values(frozen));
    frozen
        .parametersDict()
        .forEach(
            (name, p) -> {
              if (!p.requiresGrad()) {
                assertEquals(before.get(name), p.value().toString(), name);
              }
            });
  }

  private static void train(RandomTree.Root net, List<Parameter> weights) {
    Momentum optimizer = new Momentum(weights, 0.1, 0.9);
    var lossAndGrads = Autograd.valueAndGrad(net, optimizer.parameters());
    for (int step = 0; step < 2; step++) {
      optimizer.call(lossAndGrads.apply(Ops.ones(1)).grads());
    }
  }

  private static void assertUnique(List<String> names) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      assertTrue(seen.add(name), () -> "'" + name + "' twice in " + names);
    }
  }

  private static Map<String, String> values(Cell<?, ?> net) {
    Map<String, String> values = new LinkedHashMap<>();
    net.variablesDict().forEach((name, v) -> values.put(name, v.value().toString()));
    return values;
  }
}
