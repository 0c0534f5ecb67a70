package dev.mycel.golden;

import static dev.mycel.autograd.Autograd.grad;
import static dev.mycel.autograd.Autograd.registerHook;

import dev.mycel.autograd.HookHandle;
import dev.mycel.core.DType;
import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.layer.ReLU;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The cases with hooks of {@link GradFunctions}. */
final class HookFunctions {
  private HookFunctions() {}

  static void add(Map<String, Function<Map<String, Tensor>, Map<String, Object>>> t) {
    t.put("forward_hooks", HookFunctions::forwardHooks);
    t.put("backward_hooks", HookFunctions::backwardHooks);
    t.put("tensor_hook", HookFunctions::tensorHook);
  }

  private static final class Sum extends Cell2<Tensor, Tensor, Tensor> {
    @Override
    protected Tensor construct(Tensor x, Tensor y) {
      return x.add(y).relu();
    }
  }

  private static Tensor one(double value) {
    return Tensor.of(new double[] {value}, DType.FLOAT32, 1);
  }

  private static Map<String, Object> forwardHooks(Map<String, Tensor> in) {
    Sum net = new Sum();
    Pair<Tensor, Tensor> at = new Pair<>(in.get("x"), in.get("y"));
    Function<Pair<Tensor, Tensor>, List<Tensor>> before =
        grad((Pair<Tensor, Tensor> p) -> net.call(p), 0, 1);
    Map<String, Object> found = new LinkedHashMap<>();
    HookHandle hook = net.registerForwardHook((cell, input, output) -> output.mul(2));
    found.put("forward hook: output*2", valueAndGrads(net, at));
    hook.remove();
    found.put("hook removed", valueAndGrads(net, at));
    HookHandle constants = net.registerForwardPreHook((cell, input) -> new Pair<>(one(3), one(4)));
    found.put("pre hook: constants 3 and 4", valueAndGrads(net, at));
    constants.remove();
    HookHandle scaled =
        net.registerForwardPreHook(
            (cell, input) -> new Pair<>(input.first().mul(5), input.second()));
    found.put("pre hook: first input*5", valueAndGrads(net, at));
    scaled.remove();
    found.put("grad made before, hooks gone", before.apply(at));
    return found;
  }

  private static List<Object> valueAndGrads(Sum net, Pair<Tensor, Tensor> at) {
    return List.of(net.call(at), grad((Pair<Tensor, Tensor> p) -> net.call(p), 0, 1).apply(at));
  }

  private static final class Scaled extends Cell<Tensor, Tensor> {
    private final ReLU r = new ReLU();

    @Override
    protected Tensor construct(Tensor x) {
      return r.call(x.mul(3)).mul(2);
    }
  }

  private static Map<String, Object> backwardHooks(Map<String, Tensor> in) {
    Scaled net = new Scaled();
    Map<String, Object> found = new LinkedHashMap<>();
    Map<String, List<float[]>> seen = new LinkedHashMap<>();
    HookHandle looking = net.r.registerBackwardPreHook((cell, dy) -> look(seen, "pre hook", 1, dy));
    HookHandle alike = net.r.registerBackwardHook((cell, dx, dy) -> look(seen, "hook", 1, dx, dy));
    found.put("gradient while looking", gradient(net, in));
    looking.remove();
    alike.remove();
    HookHandle pre =
        net.r.registerBackwardPreHook((cell, dy) -> look(seen, "pre hook, replacing", 10, dy));
    found.put("gradient, pre hook replaces", gradient(net, in));
    pre.remove();
    net.r.registerBackwardHook((cell, dx, dy) -> look(seen, "hook, replacing", 10, dx, dy));
    found.put("gradient, hook replaces", gradient(net, in));
    found.put("seen", seen.values().stream().map(HookFunctions::tensors).toList());
    return found;
  }

  /** Notes gradients, whose tensors end with the walk; gives the first times a factor. */
  private static Tensor look(
      Map<String, List<float[]>> seen, String who, int factor, Tensor... given) {
    List<float[]> all = new ArrayList<>();
    for (Tensor t : given) {
      all.add(t.toFloatArray());
    }
    seen.put(who, all);
    return given[0].mul(factor);
  }

  private static List<Tensor> tensors(List<float[]> vectors) {
    return vectors.stream().map(v -> Tensor.of(v, v.length)).toList();
  }

  private static Tensor gradient(Scaled net, Map<String, Tensor> in) {
    return grad((Tensor t) -> net.call(t)).apply(in.get("x"));
  }

  private static Map<String, Object> tensorHook(Map<String, Tensor> in) {
    List<float[]> seen = new ArrayList<>();
    Object gradients =
        grad(
                (Pair<Tensor, Tensor> p) -> {
                  Tensor z = p.first().mul(p.second());
                  registerHook(
                      z,
                      g -> {
                        seen.add(g.toFloatArray());
                        return g.mul(3);
                      });
                  return z.mul(p.second());
                },
                0,
                1)
            .apply(new Pair<>(in.get("x"), in.get("y")));
    return Map.of("grad", gradients, "seen", tensors(seen));
  }
}
