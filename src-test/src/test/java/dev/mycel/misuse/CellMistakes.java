package dev.mycel.misuse;

import static dev.mycel.core.Ops.ones;
import static dev.mycel.core.Ops.zeros;

import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.CellDict;
import dev.mycel.nn.CellList;
import dev.mycel.nn.LocalName;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.ParameterTuple;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.SGD;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Mistakes with structure, names and parameters of cells. */
@SuppressWarnings({"unused", "UnusedVariable"}) // fields are read by the registry
final class CellMistakes {
  private CellMistakes() {}

  private static class Plain extends Cell<Tensor, Tensor> {
    @Override
    protected Tensor construct(Tensor x) {
      return x;
    }
  }

  private static final class InArray extends Plain {
    private final Dense[] layers = {new Dense(2, 2)};
  }

  private static final class InMap extends Plain {
    private final Map<String, Dense> layers = Map.of("a", new Dense(2, 2));
  }

  private static final class InOptional extends Plain {
    private final Optional<Dense> head = Optional.of(new Dense(2, 2));
  }

  private static final class Weights extends Plain {
    private final List<Parameter> weights = List.of(new Parameter(zeros(2), "w"));
  }

  private record Pair(Parameter first, Parameter second) {}

  private static final class InRecord extends Plain {
    private final Pair pair = new Pair(new Parameter(zeros(2), "a"), new Parameter(zeros(2), "b"));
  }

  private static final class Base {
    static class Act extends Plain {
      private final ReLU act = new ReLU();
    }

    static final class Hiding extends Act {
      private final ReLU act = new ReLU();
    }
  }

  private static final class Dotted extends Plain {
    @LocalName("a.b")
    private final ReLU act = new ReLU();
  }

  private static final class Net extends Plain {
    private final Dense fc = new Dense(2, 1);
  }

  private static final class WithLambda extends Plain {
    private final Dense fc = new Dense(2, 1);

    @SuppressWarnings("UnnecessaryLambda") // the mistake is to keep one
    private final UnaryOperator<Tensor> head = x -> fc.call(x);
  }

  /** A local class that uses a variable of the method around it. */
  private static Cell<Tensor, Tensor> capturing() {
    Dense head = new Dense(2, 1);
    final class Captured extends Plain {
      @Override
      protected Tensor construct(Tensor x) {
        return head.call(x);
      }
    }
    return new Captured();
  }

  private static final class Giving<O> extends Cell<Tensor, O> {
    private final transient @Nullable O output;

    Giving(@Nullable O output) {
      this.output = output;
    }

    @Override
    @SuppressWarnings("NullAway") // the null is the point
    protected O construct(Tensor x) {
      return output;
    }
  }

  private static final class Writing extends Plain {
    private final Parameter count = new Parameter(zeros(1), "count");

    @Override
    protected Tensor construct(Tensor x) {
      count.setData(ones(1));
      return x;
    }
  }

  static void add(Map<String, Runnable> c) {
    fields(c);
    insertions(c);
    names(c);
    calls(c);
    parameters(c);
    containers(c);
    copies(c);
  }

  private static void fields(Map<String, Runnable> c) {
    c.put("an array of cells as a field", () -> new InArray().trainableParams());
    c.put("a map of cells as a field", () -> new InMap().setTrain());
    c.put("an optional cell as a field", () -> new InOptional().cells());
    c.put("a list of parameters as a field", () -> new Weights().parametersDict());
    c.put("a record of parameters as a field", () -> new InRecord().parametersDict());
    c.put("a captured cell", () -> capturing().trainableParams());
    c.put("a field that hides one of a superclass", () -> new Base.Hiding().cells());
    c.put("a local name with a dot", () -> new Dotted().cells());
  }

  @SuppressWarnings("NullAway") // the nulls are the point
  private static void insertions(Map<String, Runnable> c) {
    c.put("a child under a field's name", () -> new Net().insertChildToCell("fc", new Dense(2, 2)));
    c.put(
        "a child inserted twice",
        () -> new Net().insertChildToCell("a", new ReLU()).insertChildToCell("a", new ReLU()));
    c.put(
        "a child set under a parameter's name",
        () -> new Net().insertParamToCell("a", new Parameter(1, "n")).setChild("a", new ReLU()));
    c.put(
        "a parameter under a child's name",
        () -> new Net().setChild("a", new ReLU()).insertParamToCell("a", new Parameter(1, "n")));
    c.put(
        "a parameter's name with a dot",
        () -> new Net().insertParamToCell("a.b", new Parameter(1, "n")));
    c.put("a null child", () -> new Net().insertChildToCell("a", null));
    c.put("a null parameter", () -> new Net().insertParamToCell("a", null));
    c.put("a cell as its own child", CellMistakes::inItself);
  }

  private static void inItself() {
    Net net = new Net();
    net.setChild("self", net);
  }

  private static void names(Map<String, Runnable> c) {
    c.put("two parameters of one name", CellMistakes::twins);
    c.put("two parameters given one name", CellMistakes::namedAlike);
    c.put("a name that is too long", () -> new Parameter(zeros(1), "x".repeat(1025)));
    c.put("a prefix with a space", () -> new Net().updateParametersName("my net."));
    c.put(
        "a tuple with two of one name",
        () -> new ParameterTuple(new Parameter(zeros(1), "a"), new Parameter(zeros(2), "a")));
    c.put(
        "a tuple cloned under a prefix with a space",
        () -> new ParameterTuple(new Parameter(zeros(1), "a")).clone("my moments"));
  }

  private static void twins() {
    Plain net = new Plain();
    net.insertChildToCell("one", new Dense(2, 1));
    net.insertChildToCell("two", new Dense(3, 1));
    net.checkNames();
  }

  private static void namedAlike() {
    Dense net = new Dense(2, 1);
    net.getParameters().forEach(p -> p.setName("same"));
    net.parametersDict();
  }

  @SuppressWarnings("NullAway") // the nulls are the point
  private static void calls(Map<String, Runnable> c) {
    c.put("construct that returns null", () -> new Giving<Tensor>(null).call(ones(1)));
    c.put("construct that returns an empty list", () -> new Giving<>(List.of()).call(ones(1)));
    c.put(
        "construct that returns a map of nothing",
        () -> new Giving<>(Map.of("y", Optional.empty())).call(ones(1)));
    c.put("a null input", () -> new Net().call(null));
    c.put("a null label", () -> new MSELoss().call(ones(1), null));
    c.put("setData inside construct", () -> new SequentialCell(new Writing()).call(ones(1)));
  }

  private static void parameters(Map<String, Runnable> c) {
    c.put(
        "setData of floats into integers",
        () -> new Parameter(Ops.zeros(Shape.of(2), DType.INT32), "n").setData(zeros(2)));
    c.put("a fraction set to an integer", () -> new Parameter(1, "n").setData(0.5));
    c.put("a number set to a vector", () -> new Parameter(zeros(2), "w").setData(0.5));
    c.put("assign of another dtype", CellMistakes::otherType);
  }

  private static void otherType() {
    new Parameter(zeros(2), "w").assign(Ops.zeros(Shape.of(2), DType.FLOAT64));
  }

  @SuppressWarnings({"NullAway", "unchecked"}) // what an untyped caller would do
  private static void containers(Map<String, Runnable> c) {
    c.put("a null element", () -> new SequentialCell(new ReLU()).append(null));
    c.put("a container in itself", CellMistakes::sequenceInItself);
    c.put("an insertion beyond the end", () -> new CellList<>(new ReLU()).insert(3, new ReLU()));
    c.put("a dictionary key with a dot", () -> new CellDict<ReLU>().put("a.b", new ReLU()));
    c.put(
        "a key that a dictionary has not", () -> new CellDict<>(Map.of("a", new ReLU())).get("b"));
    c.put(
        "a dictionary that is called",
        () -> ((Cell<Object, Object>) (Cell<?, ?>) new CellDict<ReLU>()).call("x"));
  }

  private static void sequenceInItself() {
    SequentialCell net = new SequentialCell(new ReLU());
    net.append(net);
  }

  private static void copies(Map<String, Runnable> c) {
    c.put("a copy of a cell whose function captured it", () -> Cell.deepCopy(new WithLambda()));
    c.put(
        "a copy of an optimizer",
        () -> Cell.deepCopy(new SGD(new Dense(2, 1).trainableParams(), 0.1)));
  }
}
