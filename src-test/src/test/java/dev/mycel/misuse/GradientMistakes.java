package dev.mycel.misuse;

import static dev.mycel.autograd.Autograd.getGrad;
import static dev.mycel.autograd.Autograd.grad;
import static dev.mycel.autograd.Autograd.jacfwd;
import static dev.mycel.autograd.Autograd.jacrev;
import static dev.mycel.autograd.Autograd.jvp;
import static dev.mycel.autograd.Autograd.valueAndGrad;
import static dev.mycel.autograd.Autograd.vjp;
import static dev.mycel.autograd.Autograd.vmap;
import static dev.mycel.core.Ops.ones;
import static dev.mycel.core.Ops.zeros;

import dev.mycel.autograd.Vmap;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.None;
import dev.mycel.core.Pair;
import dev.mycel.core.Primitive;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorType;
import dev.mycel.core.Variable;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.layer.BatchNorm1d;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/** Mistakes with derivatives beyond {@code grad}. */
final class GradientMistakes {
  /** Nobody has a rule for it. */
  private static final Primitive<None> OPAQUE =
      Primitive.of("opaque_for_mistakes", (none, in) -> new TensorType[] {in[0]});

  private GradientMistakes() {}

  static void add(Map<String, Runnable> c) {
    arguments(c);
    directions(c);
    slices(c);
    insideSlices(c);
    backward(c);
    forms(c);
  }

  private static Tensor product(List<Tensor> t) {
    return t.get(0).mul(t.get(1));
  }

  @SuppressWarnings("NullAway") // the mistake
  private static void arguments(Map<String, Runnable> c) {
    Function<Tensor, Tensor> none = null;
    Parameter w = new Parameter(ones(2), "w");
    Parameter b = new Parameter(ones(2), "b");
    Function<Tensor, Tensor> f = x -> x.mul(w.value());
    c.put("a gradient of no function", () -> grad(none));
    c.put("a gradient at no input", () -> grad(f).apply(null));
    c.put("neither a position nor a weight", () -> grad(f, new int[0], List.of()));
    c.put("a weight that is null", () -> grad(f, Arrays.asList(w, null)));
    c.put(
        "the gradient of a position that was not asked for",
        () -> getGrad(valueAndGrad(f, 0).returnIds().apply(ones(2)).grads(), 1));
    c.put(
        "the gradient of a weight that was not asked for",
        () -> getGrad(valueAndGrad(f, w).returnIds().apply(ones(2)).grads(), b));
    c.put("a Jacobian of a position that no input has", () -> jacfwd(f, 1).apply(ones(2)));
    c.put("auxiliary outputs that a Jacobian lacks", () -> jacrev(f, 0).hasAux().apply(ones(2)));
    c.put(
        "a Jacobian of a function without tensors",
        () -> jacrev((Tensor x) -> List.of(), 0).apply(ones(2)));
  }

  private static void directions(Map<String, Runnable> c) {
    Function<List<Tensor>, Tensor> f = GradientMistakes::product;
    List<Tensor> at = List.of(ones(2), ones(2));
    Function<Map<String, Tensor>, Map<String, Tensor>> maps = m -> Map.of("y", m.get("x").mul(2));
    Map<String, Tensor> x = Map.of("x", ones(2));
    c.put("one vector for two inputs", () -> jvp(f, at, List.of(ones(2))));
    c.put("a vector of another shape", () -> jvp(f, at, List.of(ones(2), ones(3))));
    c.put(
        "a vector of another dtype",
        () -> jvp(f, at, List.of(ones(2), ones(2).cast(DType.FLOAT64))));
    c.put("a vector under another key", () -> jvp(maps, x, Map.of("y", ones(2))));
    c.put("an output gradient under another key", () -> vjp(maps, x).pull(Map.of("x", ones(2))));
    c.put(
        "output gradients in lists of other lengths",
        () ->
            vjp((Tensor t) -> List.of(List.of(t, t), List.of(t)), ones(2))
                .pull(List.of(List.of(ones(2)), List.of(ones(2), ones(2)))));
    c.put(
        "two gradients for one output",
        () -> vjp((Tensor t) -> List.of(t), ones(2)).pull(List.of(ones(2), ones(2))));
    c.put(
        "a primitive that no derivative can pass",
        () -> jvp((Tensor t) -> Interpreters.bind(OPAQUE, None.NONE, t), ones(2), ones(2)));
  }

  private static void slices(Map<String, Runnable> c) {
    Function<List<Tensor>, Tensor> f = GradientMistakes::product;
    List<Tensor> at = List.of(ones(2, 3), ones(4, 3));
    c.put("slices along no axis", () -> vmap(f).inAxes(Vmap.NONE).apply(at));
    c.put("slices of unequal numbers", () -> vmap(f).apply(at));
    c.put("slices along an axis that there is not", () -> vmap(f).inAxes(2).apply(at));
    c.put("slices of a scalar", () -> vmap((Tensor t) -> t).apply(Tensor.of(1f)));
    c.put("axes for other tensors", () -> vmap(f).inAxes(0, 1, 1).apply(at));
    c.put("no axes at all", () -> vmap(f).inAxes());
    c.put("no slice", () -> vmap((Tensor t) -> t).apply(zeros(0, 3)));
    c.put(
        "slices of an output along an axis that there is not",
        () -> vmap((Tensor t) -> t.sum()).outAxes(1).apply(ones(2, 3)));
    c.put(
        "an output that differs between slices and has no axis",
        () -> vmap((Tensor t) -> t.sum()).outAxes(Vmap.NONE).apply(ones(2, 3)));
  }

  private static void insideSlices(Map<String, Runnable> c) {
    Variable v = new Variable(ones(3));
    c.put("a slice read as a number", () -> vmap((Tensor t) -> t.mul(t.item())).apply(ones(2)));
    c.put(
        "a variable that is given a value for each slice",
        () ->
            vmap((Tensor t) -> {
                  v.assign(t);
                  return t;
                })
                .apply(ones(2, 3)));
    BatchNorm1d norm = new BatchNorm1d(3);
    norm.setTrain();
    c.put("statistics of each slice", () -> vmap((Tensor t) -> norm.call(t)).apply(ones(2, 4, 3)));
    c.put(
        "a primitive without a batching rule",
        () -> vmap((Tensor t) -> Interpreters.bind(OPAQUE, None.NONE, t)).apply(ones(2)));
    c.put("a slice used outside", GradientMistakes::escaped);
  }

  private static void escaped() {
    AtomicReference<Tensor> kept = new AtomicReference<>(zeros(1));
    vmap((Tensor t) -> {
          kept.set(t.mul(2));
          return t;
        })
        .apply(ones(2, 3));
    kept.get().add(1);
  }

  /** Gives what it is told as gradients. */
  private static final class Clumsy extends Cell<List<Tensor>, Tensor> {
    private final Parameter w = new Parameter(ones(2), "w");
    private final transient List<Tensor> gradients;
    private final transient Map<Parameter, Tensor> ofParameters;

    Clumsy(List<Tensor> gradients, Map<Parameter, Tensor> ofParameters) {
      this.gradients = gradients;
      this.ofParameters = ofParameters;
    }

    @Override
    protected Tensor construct(List<Tensor> t) {
      return product(t).mul(w.value());
    }

    @Override
    protected List<Tensor> bprop(List<Tensor> t, Tensor out, Tensor dout) {
      return gradients;
    }

    @Override
    protected Map<Parameter, Tensor> bpropParameters(List<Tensor> t, Tensor out, Tensor dout) {
      return ofParameters;
    }
  }

  private static Runnable clumsy(Map<Parameter, Tensor> ofParameters, Tensor... gradients) {
    List<Tensor> at = List.of(ones(2), ones(2));
    Clumsy cell = new Clumsy(List.of(gradients), ofParameters);
    return () -> grad((List<Tensor> t) -> cell.call(t), new int[] {0}, List.of(cell.w)).apply(at);
  }

  @SuppressWarnings("NullAway") // the mistake
  private static void backward(Map<String, Runnable> c) {
    c.put("a bprop with too few gradients", clumsy(Map.of(), ones(2)));
    c.put("a bprop with a gradient of another shape", clumsy(Map.of(), ones(2), ones(3)));
    c.put(
        "a bprop with a gradient of another dtype",
        clumsy(Map.of(), ones(2).cast(DType.FLOAT16), ones(2)));
    Parameter other = new Parameter(ones(2), "other");
    c.put(
        "a gradient for a parameter of another cell",
        clumsy(Map.of(other, ones(2)), ones(2), ones(2)));
    c.put("a parameter's gradient of another shape", () -> new Wide().derive());
    Cell<Tensor, Tensor> silent =
        new Cell<>() {
          @Override
          protected Tensor construct(Tensor x) {
            return x;
          }

          @Override
          protected Tensor bprop(Tensor x, Tensor out, Tensor dout) {
            return null;
          }
        };
    c.put("a bprop that returns nothing", () -> grad(silent).apply(ones(2)));
  }

  @SuppressWarnings("NullAway") // the mistake
  private static void forms(Map<String, Runnable> c) {
    Cell<Map<String, Tensor>, Tensor> renaming =
        new Cell<>() {
          @Override
          protected Tensor construct(Map<String, Tensor> x) {
            return x.get("a");
          }

          @Override
          protected Map<String, Tensor> bprop(Map<String, Tensor> x, Tensor out, Tensor dout) {
            return Map.of("b", dout);
          }
        };
    c.put("a bprop that renames its inputs", () -> grad(renaming).apply(Map.of("a", ones(2))));
    Cell<Pair<Tensor, Tensor>, Tensor> oneSided =
        new Cell<>() {
          @Override
          protected Tensor construct(Pair<Tensor, Tensor> x) {
            return x.first();
          }

          @Override
          protected Pair<Tensor, Tensor> bprop(Pair<Tensor, Tensor> x, Tensor out, Tensor dout) {
            return new Pair<>(dout, null);
          }
        };
    c.put(
        "a bprop that leaves out an input",
        () -> grad(oneSided).apply(new Pair<>(ones(2), ones(2))));
  }

  /** Gives a gradient of another shape for its parameter. */
  private static final class Wide extends Cell<Tensor, Tensor> {
    private final Parameter w = new Parameter(ones(2), "w");

    @Override
    protected Tensor construct(Tensor x) {
      return x.mul(w.value());
    }

    @Override
    protected Tensor bprop(Tensor x, Tensor out, Tensor dout) {
      return dout;
    }

    @Override
    protected Map<Parameter, Tensor> bpropParameters(Tensor x, Tensor out, Tensor dout) {
      return Map.of(w, ones(5));
    }

    void derive() {
      grad((Tensor x) -> call(x), w).apply(ones(2));
    }
  }
}
