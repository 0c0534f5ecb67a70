package dev.mycel.golden;

import static dev.mycel.autograd.Autograd.grad;
import static dev.mycel.autograd.Autograd.jvp;
import static dev.mycel.autograd.Autograd.stopGradient;
import static dev.mycel.autograd.Autograd.valueAndGrad;
import static dev.mycel.autograd.Autograd.vjp;

import dev.mycel.autograd.Jvp;
import dev.mycel.autograd.ValueAndGrad;
import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.layer.BatchNorm1d;
import dev.mycel.nn.layer.Dense;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What the grad cases differentiate, by id: the functions that their {@code doc} describes. */
final class GradFunctions {
  static final Map<String, Function<Map<String, Tensor>, Map<String, Object>>> TABLE =
      new HashMap<>();

  /** Parts of a case that are inputs, or belong to a flag that changes nothing here. */
  static final Map<String, List<String>> GIVEN =
      Map.of(
          // The mark keeps the forward of a call for grad, which runs its own here.
          "sampler",
          List.of("with set_grad: number of forward runs"),
          // The mark again: one update where there are two calls here.
          "batch_norm_updates",
          List.of("set_grad, call, grad"),
          // Java's compiler refuses it.
          "wrong_uses",
          List.of("position 0.5"));

  private GradFunctions() {}

  static {
    positions();
    weights();
    outputs();
    inputs();
    products();
    cells();
    higher();
    DerivativeFunctions.add(TABLE);
    HookFunctions.add(TABLE);
  }

  static Tensor product(List<Tensor> t) {
    return t.get(0).mul(t.get(1)).mul(t.get(2));
  }

  static List<Tensor> all(Map<String, Tensor> in) {
    List<Tensor> all = new ArrayList<>();
    in.forEach(
        (name, t) -> {
          if (!name.startsWith("expect ")) {
            all.add(t);
          }
        });
    return all;
  }

  private static <O, G> List<Object> both(ValueAndGrad.Result<O, G> r) {
    return List.of(r.value(), r.grads());
  }

  private static List<Object> pair(Jvp<Tensor> r) {
    return List.of(r.out(), r.tangent());
  }

  static Parameter parameter(String name, double... values) {
    return new Parameter(Tensor.of(values, DType.FLOAT32, values.length), name);
  }

  private static void positions() {
    TABLE.put(
        "positions",
        in -> {
          Map<String, Object> found = new LinkedHashMap<>();
          Function<List<Tensor>, Tensor> f = GradFunctions::product;
          found.put("0", grad(f, 0).apply(all(in)));
          found.put("1", grad(f, 1).apply(all(in)));
          found.put("(1,)", grad(f, 1).apply(all(in)));
          found.put("(0,1)", grad(f, 0, 1).apply(all(in)));
          found.put("(1,2)", grad(f, 1, 2).apply(all(in)));
          found.put("(2,0)", grad(f, 2, 0).apply(all(in)));
          found.put("(0,1,2)", grad(f, 0, 1, 2).apply(all(in)));
          return found;
        });
    TABLE.put(
        "values_and_positions",
        in -> {
          Map<String, Object> found = new LinkedHashMap<>();
          Function<List<Tensor>, Tensor> f = GradFunctions::product;
          found.put("0", both(valueAndGrad(f, 0).apply(all(in))));
          found.put("1", both(valueAndGrad(f, 1).apply(all(in))));
          found.put("(1,)", both(valueAndGrad(f, 1).apply(all(in))));
          found.put("(1,2)", both(valueAndGrad(f, 1, 2).apply(all(in))));
          return found;
        });
  }

  private static void weights() {
    TABLE.put("weights", GradFunctions::ofWeights);
    TABLE.put(
        "positions_and_weights",
        in -> {
          Parameter w = parameter("w", 2, 3);
          Function<List<Tensor>, Tensor> f = t -> t.get(0).mul(t.get(1)).mul(w.value()).sum();
          return Map.of(
              "grad", List.of(grad(f, 0, 1).apply(all(in)), grad(f, List.of(w)).apply(all(in))));
        });
    TABLE.put(
        "unused",
        in -> {
          Parameter u = parameter("u", 7, 8, 9);
          Parameter w = parameter("w", 2, 1);
          Function<List<Tensor>, Tensor> f = t -> t.get(0).mul(t.get(0)).mul(w.value());
          return Map.of(
              "grad", List.of(grad(f, 0, 1).apply(all(in)), grad(f, List.of(u, w)).apply(all(in))));
        });
  }

  private static Map<String, Object> ofWeights(Map<String, Tensor> in) {
    Parameter w = parameter("w", 1, -2, 3);
    Parameter b = parameter("b", 0.5, 0.25, -1);
    Function<Tensor, Tensor> f = x -> x.mul(w.value()).add(b.value());
    Tensor x = in.get("x");
    List<Variable> all = List.of(w, b);
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("position null, weights [w, b]", grad(f, all).apply(x));
    found.put("position null, weights [b]", grad(f, List.of(b)).apply(x));
    found.put("position null, weights w", grad(f, w).apply(x));
    List<Object> combined = List.of(grad(f).apply(x), grad(f, all).apply(x));
    found.put("position 0, weights [w, b]", combined);
    found.put("position (0,), weights [w, b]", combined);
    found.put("value_and_grad, position null, weights [w, b]", both(valueAndGrad(f, all).apply(x)));
    found.put(
        "value_and_grad, position 0, weights [w]",
        List.of(both(valueAndGrad(f).apply(x)), grad(f, List.of(w)).apply(x)));
    return found;
  }

  private static void outputs() {
    TABLE.put("auxiliary", GradFunctions::auxiliary);
    TABLE.put(
        "several_outputs",
        in -> {
          Function<List<Tensor>, List<Tensor>> f =
              t -> List.of(t.get(0).mul(t.get(1)), t.get(0).add(t.get(1)));
          return Map.of(
              "grad", grad(f, 0, 1).apply(all(in)),
              "value_and_grad", both(valueAndGrad(f, 0).apply(all(in))));
        });
    TABLE.put(
        "integer_output",
        in -> {
          Function<Tensor, List<Tensor>> f = x -> List.of(x.mul(x), x.argmax());
          return Map.of(
              "grad", grad(f).apply(in.get("x")),
              "value_and_grad", both(valueAndGrad(f).apply(in.get("x"))));
        });
  }

  private static Map<String, Object> auxiliary(Map<String, Tensor> in) {
    Function<List<Tensor>, Tensor> main = t -> t.get(0).mul(t.get(1).exp()).mul(t.get(2).square());
    Function<List<Tensor>, List<Tensor>> f = t -> List.of(main.apply(t), t.get(2));
    Function<List<Tensor>, List<Tensor>> g =
        t -> List.of(main.apply(t), t.get(2), t.get(0).add(t.get(1)));
    List<Tensor> at = all(in);
    var f12 = valueAndGrad(f, 1, 2).hasAux().apply(at);
    var g0 = valueAndGrad(g, 0).hasAux().apply(at);
    return Map.of(
        "grad f, positions (1,2)", List.of(f12.grads(), f12.aux()),
        "grad g, position 0", List.of(g0.grads(), g0.aux()),
        "value_and_grad f, position 0", both(valueAndGrad(f, 0).hasAux().apply(at)),
        "value_and_grad g, positions (0,1)", both(valueAndGrad(g, 0, 1).hasAux().apply(at)));
  }

  private static void inputs() {
    TABLE.put(
        "integer_input",
        in -> {
          Function<List<Tensor>, Tensor> f = t -> t.get(0).gather(t.get(1), 0);
          return Map.of("position 0", grad(f, 0).apply(all(in)));
        });
    TABLE.put(
        "number_input",
        in -> Map.of("position 0", grad((Tensor x) -> x.mul(2.5)).apply(in.get("x"))));
    TABLE.put(
        "broadcast",
        in -> {
          Function<List<Tensor>, Tensor> f = t -> t.get(0).mul(t.get(1));
          return Map.of("grad", grad(f, 0, 1).apply(all(in)));
        });
    TABLE.put(
        "dtypes",
        in -> {
          Function<List<Tensor>, Tensor> f = t -> t.get(0).mul(t.get(1));
          List<Tensor> at = List.of(in.get("x").cast(DType.FLOAT16), in.get("y"));
          return Map.of("value_and_grad", both(valueAndGrad(f, 0, 1).apply(at)));
        });
    TABLE.put(
        "host_detour",
        in -> {
          Function<Tensor, Tensor> f = x -> Tensor.of(x.toFloatArray(), 2).mul(2).add(x);
          return Map.of("value_and_grad", both(valueAndGrad(f).apply(in.get("x"))));
        });
  }

  private static void products() {
    TABLE.put("grad_operation", GradFunctions::gradOperation);
    TABLE.put(
        "products_with_jacobian",
        in -> {
          Function<List<Tensor>, Tensor> f = t -> t.get(0).pow(3).add(t.get(1));
          var pull = vjp(f, all(in));
          Tensor v = Tensor.of(new float[] {1, -1, 0.5f, 2}, 2, 2);
          return Map.of(
              "vjp out", pull.out(),
              "vjp ones", pull.pull(Ops.ones(2, 2)),
              "vjp v", pull.pull(v),
              "jvp ones", pair(jvp(f, all(in), List.of(Ops.ones(2, 2), Ops.ones(2, 2)))),
              "jvp v", pair(jvp(f, all(in), List.of(v, Ops.ones(2, 2)))));
        });
    TABLE.put(
        "stopped",
        in -> {
          Function<List<Tensor>, Tensor> f =
              t -> stopGradient(t.get(0).mul(t.get(1))).mul(t.get(0)).add(t.get(1));
          return Map.of("grad", both(valueAndGrad(f, 0, 1).apply(all(in))));
        });
  }

  private static Map<String, Object> gradOperation(Map<String, Tensor> in) {
    Parameter z = parameter("z", 1);
    Function<List<Tensor>, Tensor> f = t -> t.get(0).mul(z.value()).matmul(t.get(1));
    Tensor sens = Tensor.of(new float[] {0.1f, 0.6f, 0.2f, 0.8f, 1.3f, 1.1f}, 2, 3);
    Function<List<Tensor>, Tensor> weighted = t -> f.apply(t).mul(sens);
    List<Tensor> at = all(in);
    return Map.of(
        "plain", grad(f, 0).apply(at),
        "get_all", grad(f).apply(at),
        "get_all, sens_param", valueAndGrad(f).withSensitivity(sens).apply(at).grads(),
        "get_by_list", grad(f, List.of(z)).apply(at),
        "get_all, get_by_list", List.of(grad(f).apply(at), grad(f, List.of(z)).apply(at)),
        "get_all, get_by_list, sens_param",
            List.of(grad(weighted).apply(at), grad(weighted, List.of(z)).apply(at)));
  }

  /** B(A(x)) with fixed weights. */
  private static final class Two extends Cell<Tensor, Tensor> {
    private final Dense a = new Dense(2, 2);
    private final Dense b = new Dense(2, 2);
    private final transient boolean stop;

    Two(boolean stop) {
      this.stop = stop;
      double[][] values = {{1, 2, 3, 4}, {0.5, -0.5}, {2, -1, 1, 1}, {0, 1}};
      int i = 0;
      for (Parameter p : getParameters().toList()) {
        p.setData(Tensor.of(values[i++], DType.FLOAT32, p.shape().dims()));
      }
    }

    @Override
    protected Tensor construct(Tensor x) {
      Tensor y = a.call(x);
      return b.call(stop ? stopGradient(y) : y);
    }
  }

  /** x*y whose bprop returns (-y*dout, 10*x*dout). */
  private static final class Negated extends Cell2<Tensor, Tensor, Tensor> {
    @Override
    protected Tensor construct(Tensor x, Tensor y) {
      return x.mul(y);
    }

    @Override
    protected Pair<Tensor, Tensor> bprop(Tensor x, Tensor y, Tensor out, Tensor dout) {
      return new Pair<>(y.neg().mul(dout), x.mul(10).mul(dout));
    }
  }

  /** (x+1, x*2) whose bprop sees tuples. */
  private static final class Split extends Cell<Tensor, Pair<Tensor, Tensor>> {
    @Override
    protected Pair<Tensor, Tensor> construct(Tensor x) {
      return new Pair<>(x.add(1), x.mul(2));
    }

    @Override
    protected Tensor bprop(Tensor x, Pair<Tensor, Tensor> out, Pair<Tensor, Tensor> dout) {
      return dout.first().mul(out.second()).add(dout.second().mul(100));
    }
  }

  private static void cells() {
    TABLE.put("frozen", GradFunctions::frozen);
    TABLE.put(
        "custom_backward",
        in -> {
          Negated net = new Negated();
          Function<List<Tensor>, Tensor> alone = t -> net.call(t.get(0), t.get(1));
          Function<List<Tensor>, Tensor> inside = t -> alone.apply(t).square().mul(3);
          return Map.of(
              "alone", both(valueAndGrad(alone, 0, 1).apply(all(in))),
              "inside", grad(inside, 0, 1).apply(all(in)));
        });
    TABLE.put(
        "custom_backward_of_tuple",
        in -> {
          Split net = new Split();
          return Map.of(
              "both outputs", grad((Tensor x) -> net.call(x)).apply(in.get("x")),
              "first output", grad((Tensor x) -> net.call(x).first()).apply(in.get("x")));
        });
    TABLE.put(
        "set_grad_false",
        in -> {
          Dense net = Dense.builder(2, 1).weightInit("ones").biasInit("zeros").build();
          net.setGrad(false);
          Function<Tensor, Tensor> f = net::call;
          return Map.of("grad", grad(f, net.trainableParams()).apply(in.get("x")));
        });
    TABLE.put(
        "batch_norm_updates",
        in -> {
          BatchNorm1d alone = batchNorm();
          BatchNorm1d twice = batchNorm();
          grad((Tensor x) -> alone.call(x)).apply(in.get("x"));
          twice.call(in.get("x"));
          grad((Tensor x) -> twice.call(x)).apply(in.get("x"));
          return Map.of(
              "grad", alone.movingMean().value(),
              "call, grad", twice.movingMean().value(),
              "grad, moving variance", alone.movingVariance().value());
        });
  }

  private static BatchNorm1d batchNorm() {
    BatchNorm1d net = BatchNorm1d.builder(2).momentum(0.5).build();
    net.setTrain();
    return net;
  }

  private static Map<String, Object> frozen(Map<String, Tensor> in) {
    Two plain = new Two(false);
    Two partly = new Two(false);
    Two stopped = new Two(true);
    partly.b.getParameters().forEach(p -> p.setRequiresGrad(false));
    Tensor x = in.get("x");
    return Map.of(
        "plain", withInput(plain, plain.getParameters().toList(), x),
        "B frozen, all weights", withInput(partly, partly.getParameters().toList(), x),
        "B frozen, trainable_params", withInput(partly, partly.trainableParams(), x),
        "stopped", withInput(stopped, stopped.getParameters().toList(), x));
  }

  private static Object withInput(Cell<Tensor, Tensor> net, List<Parameter> weights, Tensor x) {
    Function<Tensor, Tensor> f = net::call;
    return List.of(both(valueAndGrad(f).apply(x)), grad(f, weights).apply(x));
  }

  private static void higher() {
    TABLE.put(
        "second_derivatives",
        in -> {
          Function<Tensor, Tensor> f = x -> x.pow(3);
          Function<Tensor, Tensor> g = x -> x.sin().mul(x);
          Function<List<Tensor>, Tensor> h = t -> t.get(0).square().mul(t.get(1));
          Function<List<Tensor>, List<Tensor>> hx = grad(h, 0);
          Tensor x = in.get("x");
          return Map.of(
              "f''", grad(grad(f)).apply(x),
              "f'''", grad(grad(grad(f))).apply(x),
              "g''", grad(grad(g)).apply(x),
              "h_xx", grad(hx, 0).apply(all(in)),
              "h_xy", grad(hx, 1).apply(all(in)));
        });
    TABLE.put(
        "gradient_of_gradient_norm",
        in -> {
          Parameter w = parameter("w", 0.5, -1, 2);
          Function<Tensor, Tensor> penalty =
              x -> grad((Tensor t) -> t.mul(w.value()).tanh().sum()).apply(x).square().sum();
          return Map.of(
              "value_and_grad", both(valueAndGrad(penalty, List.of(w)).apply(in.get("x"))));
        });
  }
}
