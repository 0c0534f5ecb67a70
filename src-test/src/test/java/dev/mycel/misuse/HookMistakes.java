package dev.mycel.misuse;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Random;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Tanh;
import dev.mycel.nn.loss.MSELoss;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/** Mistakes with hooks and recomputation. */
final class HookMistakes {
  private HookMistakes() {}

  static void add(Map<String, Runnable> c) {
    nothing(c);
    forward(c);
    backward(c);
    recompute(c);
  }

  private static void nothing(Map<String, Runnable> c) {
    c.put("a forward-pre hook that is null", () -> new Tanh().registerForwardPreHook(null));
    c.put("a forward hook that is null", () -> new Dense(2, 3).registerForwardHook(null));
    c.put("a backward-pre hook that is null", () -> new Tanh().registerBackwardPreHook(null));
    c.put("a backward hook that is null", () -> new Tanh().registerBackwardHook(null));
    c.put("a hook on a tensor that is null", () -> Autograd.registerHook(Ops.ones(2), null));
    c.put(
        "a hook on a parameter that is null",
        () -> new Parameter(Ops.ones(2), "w").registerHook(null));
  }

  private static void forward(Map<String, Runnable> c) {
    c.put(
        "a forward-pre hook that leaves out an input",
        () -> {
          MSELoss loss = new MSELoss();
          loss.registerForwardPreHook((cell, in) -> new Pair<>(in.first(), null));
          loss.call(Ops.ones(2), Ops.ones(2));
        });
    c.put(
        "a forward-pre hook that gives fewer tensors",
        () -> {
          Cell<List<Tensor>, Tensor> sum = new Sum();
          sum.registerForwardPreHook((cell, in) -> in.subList(0, 1));
          sum.call(List.of(Ops.ones(2), Ops.ones(2)));
        });
    c.put(
        "a forward hook that gives more tensors",
        () -> {
          Cell<Tensor, List<Tensor>> halves = new Halves();
          halves.registerForwardHook(
              (cell, in, out) -> List.of(out.get(0), out.get(1), out.get(1)));
          halves.call(Ops.ones(4));
        });
    c.put(
        "a forward hook that fails deep inside",
        () -> {
          SequentialCell inner = new SequentialCell(new Tanh(), new Dense(3, 2));
          inner.get(1).registerForwardHook((cell, in, out) -> out.matmul(Ops.ones(3, 3)));
          new SequentialCell(inner).call(Ops.ones(1, 3));
        });
  }

  private static Runnable gradient(Consumer<Dense> hook) {
    return () -> {
      Dense dense = new Dense(3, 2);
      hook.accept(dense);
      Autograd.grad(dense).apply(Ops.ones(1, 3));
    };
  }

  private static void backward(Map<String, Runnable> c) {
    c.put(
        "a backward hook that gives another shape",
        gradient(d -> d.registerBackwardHook((cell, in, out) -> out)));
    c.put(
        "a backward-pre hook that gives another type",
        gradient(d -> d.registerBackwardPreHook((cell, g) -> g.cast(DType.FLOAT16))));
    c.put(
        "a backward hook that gives fewer gradients",
        () -> {
          Sum sum = new Sum();
          sum.registerBackwardHook((cell, in, out) -> in.subList(0, 1));
          Autograd.grad(sum).apply(List.of(Ops.ones(2), Ops.ones(2)));
        });
    c.put(
        "a tensor's hook that gives another shape",
        () ->
            Autograd.grad(
                    (Tensor x) -> {
                      Tensor y = x.mul(2);
                      Autograd.registerHook(y, g -> g.sum());
                      return y;
                    })
                .apply(Ops.ones(3)));
    c.put(
        "a parameter's hook that gives another type",
        () -> {
          Parameter w = new Parameter(Ops.ones(2), "w");
          w.registerHook(g -> g.cast(DType.FLOAT64));
          Autograd.grad((Tensor x) -> x.mul(w.value()), w).apply(Ops.ones(2));
        });
  }

  private static void recompute(Map<String, Runnable> c) {
    c.put("recompute without communication", () -> new Dense(2, 2).recompute(false, false));
    c.put("recompute with a parallel optimiser", () -> new Dense(2, 2).recompute(true, true));
    c.put(
        "recompute of work that gives another shape the second time",
        again(Tensor::tanh, x -> x.tanh().sum()));
    c.put(
        "recompute of work that cuts the gradient the second time",
        again(Tensor::tanh, x -> Ops.ones(4)));
    Parameter w = new Parameter(Ops.ones(4), "w");
    c.put(
        "recompute of work that reads a parameter only the second time",
        again(Tensor::tanh, x -> x.mul(w.value())));
    c.put(
        "recompute of work that draws more the second time",
        again(Tensor::tanh, x -> x.mul(Random.uniform(x.shape(), 0, 1))));
    c.put(
        "recompute of work that draws less the second time",
        again(x -> x.mul(Random.uniform(x.shape(), 0, 1)), Tensor::tanh));
    c.put(
        "recompute of work that draws something else the second time",
        again(
            x -> x.mul(Random.uniform(Shape.of(4), 0, 1, new Generator(1))),
            x -> x.mul(Random.normal(Shape.of(1), 0, 1))));
    c.put(
        "recompute of work that uses a tensor from outside only the second time",
        () -> {
          Tensor[] outside = new Tensor[1];
          Function<Tensor, Tensor> work = changing(Tensor::tanh, x -> x.mul(outside[0]));
          Autograd.grad(
                  (Tensor x) -> {
                    outside[0] = x.mul(2);
                    return Autograd.recompute(x, work);
                  })
              .apply(Ops.ones(4));
        });
    c.put(
        "recompute of a cell that leaves a tensor in a field",
        () -> {
          Tensor[] field = new Tensor[1];
          Function<Tensor, Tensor> work =
              x -> {
                field[0] = Scope.keep(x.exp());
                return field[0].tanh();
              };
          Autograd.grad((Tensor x) -> Autograd.recompute(x, work).mul(field[0])).apply(Ops.ones(4));
        });
  }

  private static Function<Tensor, Tensor> changing(
      Function<Tensor, Tensor> first, Function<Tensor, Tensor> then) {
    AtomicInteger runs = new AtomicInteger();
    return x -> (runs.getAndIncrement() == 0 ? first : then).apply(x);
  }

  private static Runnable again(Function<Tensor, Tensor> first, Function<Tensor, Tensor> then) {
    return () -> {
      Function<Tensor, Tensor> work = changing(first, then);
      Autograd.grad((Tensor x) -> Autograd.recompute(x.exp(), work)).apply(Ops.ones(4));
    };
  }

  private static final class Sum extends Cell<List<Tensor>, Tensor> {
    @Override
    protected Tensor construct(List<Tensor> input) {
      Tensor sum = input.get(0);
      for (Tensor t : input.subList(1, input.size())) {
        sum = sum.add(t);
      }
      return sum;
    }
  }

  private static final class Halves extends Cell<Tensor, List<Tensor>> {
    @Override
    protected List<Tensor> construct(Tensor x) {
      return List.of(x.mul(0.5), x.mul(0.5));
    }
  }
}
