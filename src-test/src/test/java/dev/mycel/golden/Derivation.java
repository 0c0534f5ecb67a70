package dev.mycel.golden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.mycel.autograd.Autograd;
import dev.mycel.autograd.Vjp;
import dev.mycel.core.Tensor;
import dev.mycel.core.Tree;
import dev.mycel.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs a function at the inputs of a case and compares outputs, input gradients and second
 * derivatives.
 */
final class Derivation {
  private final GoldenCase c;
  private final List<Object> inputs;
  private final List<Tensor> flat;
  private final List<Integer> varied = new ArrayList<>();
  private final List<@Nullable GoldenArray> rightGrads;
  private final List<@Nullable GoldenArray> douts;
  private final List<@Nullable GoldenArray> rightOutputs;

  Derivation(GoldenCase c) {
    this.c = c;
    this.inputs = c.has("inputs") ? tree(c.json().getAsJsonArray("inputs")) : List.of();
    this.flat = Tree.tensors(inputs);
    this.rightGrads = c.flat("input_grads");
    this.douts = c.flat("douts");
    this.rightOutputs = c.flat("outputs");
    for (int i = 0; i < rightGrads.size(); i++) {
      if (rightGrads.get(i) != null) {
        varied.add(i);
      }
    }
  }

  private List<Object> tree(JsonArray keys) {
    List<Object> found = new ArrayList<>();
    for (JsonElement key : keys) {
      if (key.isJsonNull()) {
        throw new Unsupported(c.name() + ": called with an input left out");
      }
      found.add(
          key.isJsonArray()
              ? tree(key.getAsJsonArray())
              : c.arrays().get(key.getAsString()).toTensor());
    }
    return found;
  }

  /** The inputs, nested as the case nests them. */
  List<Object> inputs() {
    return inputs;
  }

  /** Compares the outputs, and the gradients of the inputs if the case has any. */
  void compare(Function<List<Object>, Object> fn, Comparison cmp) {
    if (varied.isEmpty()) {
      outputs(Tree.tensors(fn.apply(inputs)), cmp);
      return;
    }
    List<Tensor> seeds = seeds();
    List<Tensor> at = at();
    boolean[] done = {false};
    Function<List<Tensor>, List<Tensor>> derived =
        x -> {
          List<Tensor> all = outputsAt(fn, x);
          if (!done[0]) {
            done[0] = true;
            outputs(all, cmp);
          }
          return withDout(all);
        };
    try (Vjp<List<Tensor>, List<Tensor>> vjp = Autograd.vjp(derived, at)) {
      List<Tensor> found = vjp.pull(seeds);
      for (int i = 0; i < found.size(); i++) {
        cmp.check(
            "gradient of input " + varied.get(i), found.get(i), right(rightGrads, varied.get(i)));
      }
    }
    if (c.has("second")) {
      second(derived, at, seeds, cmp);
    }
  }

  /** Gradients of the weights for the case's output gradients. */
  void compareWeights(
      Function<List<Object>, Object> fn, Map<String, Parameter> byName, Comparison cmp) {
    Map<String, GoldenArray> right = c.arraysByName("param_grads");
    if (right.isEmpty()) {
      return;
    }
    List<Parameter> weights = new ArrayList<>();
    for (String name : right.keySet()) {
      Parameter p = byName.get(name);
      if (p == null) {
        cmp.fail("there is no parameter " + name);
        return;
      }
      weights.add(p);
    }
    List<Tensor> seeds = seeds();
    Function<List<Object>, Tensor> loss = x -> inner(withDout(Tree.tensors(fn.apply(x))), seeds);
    List<Tensor> found = Autograd.grad(loss, weights).apply(inputs);
    int i = 0;
    for (Map.Entry<String, GoldenArray> e : right.entrySet()) {
      cmp.check("gradient of " + e.getKey(), found.get(i++), e.getValue());
    }
  }

  private void second(
      Function<List<Tensor>, List<Tensor>> derived,
      List<Tensor> at,
      List<Tensor> seeds,
      Comparison cmp) {
    JsonObject second = c.object("second");
    List<@Nullable GoldenArray> vs = c.flat(second.getAsJsonArray("vs"));
    List<@Nullable GoldenArray> right = c.flat(second.getAsJsonArray("grads"));
    Function<List<Tensor>, Tensor> along =
        x -> {
          List<Tensor> grads = Autograd.vjp(derived, x).pull(seeds);
          List<Tensor> picked = new ArrayList<>();
          List<Tensor> by = new ArrayList<>();
          for (int i = 0; i < grads.size(); i++) {
            GoldenArray v = vs.get(varied.get(i));
            if (v != null) {
              picked.add(grads.get(i));
              by.add(v.toTensor());
            }
          }
          return inner(picked, by);
        };
    List<Tensor> found = Autograd.grad(along).apply(at);
    for (int i = 0; i < found.size(); i++) {
      GoldenArray expected = right.get(varied.get(i));
      if (expected != null) {
        cmp.check("second derivative for input " + varied.get(i), found.get(i), expected);
      }
    }
  }

  private List<Tensor> outputsAt(Function<List<Object>, Object> fn, List<Tensor> x) {
    List<Tensor> all = new ArrayList<>(flat);
    for (int i = 0; i < varied.size(); i++) {
      all.set(varied.get(i), x.get(i));
    }
    return Tree.tensors(fn.apply(Tree.refill(inputs, all)));
  }

  private List<Tensor> at() {
    return varied.stream().map(flat::get).toList();
  }

  private List<Tensor> seeds() {
    List<Tensor> seeds = new ArrayList<>();
    for (GoldenArray dout : douts) {
      if (dout != null) {
        seeds.add(dout.toTensor());
      }
    }
    return seeds;
  }

  private List<Tensor> withDout(List<Tensor> all) {
    List<Tensor> picked = new ArrayList<>();
    for (int i = 0; i < douts.size() && i < all.size(); i++) {
      if (douts.get(i) != null) {
        picked.add(all.get(i));
      }
    }
    return picked;
  }

  private void outputs(List<Tensor> found, Comparison cmp) {
    if (found.size() != rightOutputs.size()) {
      cmp.fail(found.size() + " outputs, right are " + rightOutputs.size());
      return;
    }
    for (int i = 0; i < found.size(); i++) {
      cmp.check("output " + i, found.get(i), right(rightOutputs, i));
    }
  }

  private GoldenArray right(List<@Nullable GoldenArray> arrays, int i) {
    GoldenArray a = arrays.get(i);
    if (a == null) {
      throw new IllegalStateException(c.id() + ": no array " + i);
    }
    return a;
  }

  private static Tensor inner(List<Tensor> x, List<Tensor> y) {
    Tensor sum = x.get(0).mul(y.get(0)).sum();
    for (int i = 1; i < x.size(); i++) {
      sum = sum.add(x.get(i).mul(y.get(i)).sum());
    }
    return sum;
  }
}
