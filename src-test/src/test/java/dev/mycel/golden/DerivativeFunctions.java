package dev.mycel.golden;

import static dev.mycel.autograd.Autograd.getGrad;
import static dev.mycel.autograd.Autograd.grad;
import static dev.mycel.autograd.Autograd.jacfwd;
import static dev.mycel.autograd.Autograd.jacrev;
import static dev.mycel.autograd.Autograd.jvp;
import static dev.mycel.autograd.Autograd.valueAndGrad;
import static dev.mycel.golden.GradFunctions.all;
import static dev.mycel.golden.GradFunctions.parameter;
import static dev.mycel.golden.GradFunctions.product;

import dev.mycel.autograd.IdentifiedGradients;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.Variable;
import dev.mycel.guide.LegacyNumpy;
import dev.mycel.guide.MySampler;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The sampler, identities, Jacobians and wrong uses of {@link GradFunctions}. */
final class DerivativeFunctions {
  private DerivativeFunctions() {}

  static void add(Map<String, Function<Map<String, Tensor>, Map<String, Object>>> t) {
    t.put("sampler", DerivativeFunctions::sampler);
    t.put("sampler_with_backward", DerivativeFunctions::samplerWithBackward);
    t.put("identities", DerivativeFunctions::identities);
    t.put("identities_of_weights", DerivativeFunctions::identitiesOfWeights);
    t.put("jacobians", DerivativeFunctions::jacobians);
    t.put("hessian", DerivativeFunctions::hessians);
    t.put("wrong_uses", DerivativeFunctions::wrongUses);
    t.put(
        "custom_backward_with_parameter",
        in -> {
          Weighted net = new Weighted();
          Function<Tensor, Tensor> f = net::call;
          return Map.of("grad", grad(f, new int[] {0}, List.of(net.w)).apply(in.get("x")));
        });
  }

  private static Tensor drawn(LegacyNumpy random) {
    return Tensor.of(random.uniform(0, 3, 10), 2, 5);
  }

  private static Map<String, Object> sampler(Map<String, Tensor> in) {
    LegacyNumpy random = new LegacyNumpy(1);
    Tensor x = drawn(random);
    MySampler net = new MySampler(3, random);
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("x", x);
    found.put("call", net.call(x));
    found.put("gradient", grad((Tensor t) -> net.call(t)).apply(x));
    found.put("forward inside grad", net.forwards().subList(1, net.forwards().size()));
    Tensor next = drawn(random);
    found.put("second x", next);
    MySampler marked = new MySampler(3, random);
    marked.setGrad();
    found.put("with set_grad: call", marked.call(next));
    found.put("with set_grad: gradient", grad((Tensor t) -> marked.call(t)).apply(next));
    return found;
  }

  private static Map<String, Object> samplerWithBackward(Map<String, Tensor> in) {
    LegacyNumpy random = new LegacyNumpy(1);
    Tensor x = drawn(random);
    MySampler.WithBackward net = new MySampler.WithBackward(3, random);
    Tensor gradient = grad((Tensor t) -> net.call(t)).apply(x);
    return Map.of(
        "x", x,
        "call", net.forwards().get(0),
        "number of forward runs", net.forwards().size(),
        "gradient", gradient,
        "positions seen by bprop", net.outputs().get(0).indices(),
        "dout[0] seen by bprop", net.gradients().get(0).values());
  }

  // ---- identities, Jacobians, wrong uses --------------------------------------------------------

  private static List<Object> pairs(IdentifiedGradients ids) {
    List<Object> pairs = new ArrayList<>();
    ids.asMap()
        .forEach((id, g) -> pairs.add(List.of(id instanceof Parameter p ? p.name() : id, g)));
    return pairs;
  }

  private static Map<String, Object> identities(Map<String, Tensor> in) {
    Function<List<Tensor>, Tensor> f = GradFunctions::product;
    IdentifiedGradients first = valueAndGrad(f, 0).returnIds().apply(all(in)).grads();
    IdentifiedGradients two = valueAndGrad(f, 1, 2).returnIds().apply(all(in)).grads();
    return Map.of(
        "position 0", pairs(first).get(0),
        "positions (1,2)", pairs(two),
        "get_grad of position 1", getGrad(two, 1),
        "get_grad of position 2", getGrad(two, 2));
  }

  private static Map<String, Object> identitiesOfWeights(Map<String, Tensor> in) {
    Parameter w = parameter("w", 1, -2, 3);
    Parameter b = parameter("b", 0.5, 0.25, -1);
    Function<Tensor, Tensor> f = x -> x.mul(w.value()).add(b.value());
    Tensor x = in.get("x");
    List<Variable> both = List.of(w, b);
    IdentifiedGradients of = valueAndGrad(f, both).returnIds().apply(x).grads();
    IdentifiedGradients one = valueAndGrad(f, w).returnIds().apply(x).grads();
    IdentifiedGradients with = valueAndGrad(f, new int[] {0}, both).returnIds().apply(x).grads();
    List<Object> three = pairs(with);
    return Map.of(
        "position null, weights [w, b]", pairs(of),
        "position null, weights w", pairs(one).get(0),
        "position 0, weights [w, b]", List.of(three.get(0), three.subList(1, 3)),
        "get_grad of b", getGrad(of, b));
  }

  private static Map<String, Object> jacobians(Map<String, Tensor> in) {
    Function<List<Tensor>, List<Tensor>> f =
        t -> List.of(t.get(0).square().add(t.get(1).square()).add(t.get(2).square()), product(t));
    var rev = jacrev(f, 0).hasAux().apply(all(in));
    var fwd = jacfwd(f, 0).hasAux().apply(all(in));
    var two = jacrev(f, 0, 1).hasAux().apply(all(in));
    return Map.of(
        "jacrev", List.of(rev.blocks(), rev.aux()),
        "jacfwd", List.of(fwd.blocks(), fwd.aux()),
        "jacrev (0,1)", List.of(two.blocks(), two.aux()));
  }

  private static Map<String, Object> hessians(Map<String, Tensor> in) {
    Function<Tensor, Tensor> f = x -> x.pow(3).sum().add(x.at(0).mul(x.at(1)));
    Function<Tensor, Tensor> g = grad(f);
    return Map.of("jacrev", jacrev(g).apply(in.get("x")), "jacfwd", jacfwd(g).apply(in.get("x")));
  }

  /** w * x, whose backward gives a gradient for w. */
  private static final class Weighted extends Cell<Tensor, Tensor> {
    private final Parameter w = parameter("w", 2);

    @Override
    protected Tensor construct(Tensor x) {
      return w.value().mul(x);
    }

    @Override
    protected Tensor bprop(Tensor x, Tensor out, Tensor dout) {
      return w.value().mul(dout);
    }

    @Override
    protected Map<Parameter, Tensor> bpropParameters(Tensor x, Tensor out, Tensor dout) {
      return Map.of(w, x.mul(dout));
    }
  }

  private static Map<String, Object> wrongUses(Map<String, Tensor> in) {
    Function<List<Tensor>, Tensor> f = t -> t.get(0).mul(t.get(1));
    List<Tensor> at = all(in);
    Map<String, Object> found = new LinkedHashMap<>();
    found.put("position and weights null", raised(() -> grad(f, new int[0], List.of())));
    found.put("position -1", raised(() -> grad(f, -1)));
    found.put("positions (0, 0)", raised(() -> grad(f, 0, 0)));
    found.put("position 2 of 2 inputs", raised(() -> grad(f, 2).apply(at)));
    found.put("has_aux with one output", raised(() -> valueAndGrad(f, 0).hasAux().apply(at)));
    found.put(
        "sens of another shape",
        raised(() -> valueAndGrad(f, 0).withSensitivity(Ops.ones(3)).apply(at)));
    found.put("jvp with one vector for two inputs", raised(() -> jvp(f, at, List.of(Ops.ones(1)))));
    found.put(
        "get_grad of an absent position",
        raised(() -> getGrad(valueAndGrad(f, 0).returnIds().apply(at).grads(), 1)));
    return found;
  }

  /** What a wrong use raises: any error of the library stands for MindSpore's class. */
  private static Object raised(Runnable wrong) {
    try {
      wrong.run();
      return "nothing";
    } catch (TensorException e) {
      return e;
    }
  }
}
