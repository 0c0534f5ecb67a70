package dev.mycel.test.bench;

import static dev.mycel.core.Random.randint;
import static dev.mycel.core.Random.randn;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Ops;
import dev.mycel.core.Pair;
import dev.mycel.core.Prims;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import dev.mycel.nn.Cell;
import dev.mycel.nn.PadMode;
import dev.mycel.nn.Reduction;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Flatten;
import dev.mycel.nn.layer.MaxPool2d;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import dev.mycel.optim.Adam;
import dev.mycel.optim.AdamW;
import dev.mycel.optim.Momentum;
import dev.mycel.optim.Optimizer;
import dev.mycel.optim.TrainOneStepCell;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** The workloads by name: each makes its data once and gives the step that is measured. */
final class Workloads {
  private static final Map<String, Function<DType, Runnable>> ALL = all();

  /** What the last call gave, so that no compiler can think it unused. */
  static @org.jspecify.annotations.Nullable Object result;

  private Workloads() {}

  static Iterable<String> names() {
    return ALL.keySet();
  }

  /** The step of a workload, or null if there is none of that name. */
  static @org.jspecify.annotations.Nullable Runnable step(String name, DType dtype) {
    Function<DType, Runnable> made = ALL.get(name);
    return made == null ? null : made.apply(dtype);
  }

  private static Map<String, Function<DType, Runnable>> all() {
    Map<String, Function<DType, Runnable>> w = new LinkedHashMap<>();
    w.put("mlp", t -> training(mlp(), t, 128, 784));
    w.put("lenet5", t -> training(lenet5(), t, 64, 1, 28, 28));
    w.put("resnet18-cifar", t -> training(Networks.resnet18(), t, 32, 3, 32, 32));
    w.put("gpt-mini", Workloads::gpt);
    w.put("lstm", Workloads::lstm);
    w.put(
        "infer-bert-base",
        t ->
            inference(
                new Transformers.Bert(), t, randint(0, 30522, Shape.of(1, 128)).cast(DType.INT32)));
    w.put("infer-resnet50", t -> inference(Networks.resnet50(), t, 1, 3, 224, 224));
    w.put("infer-mlp", t -> inference(mlp(), t, 1, 784));
    w.put("infer-lenet5", t -> inference(lenet5(), t, 1, 1, 28, 28));
    w.put("op-add4", Workloads::add4);
    w.put("op-add4-tape", Workloads::add4Tape);
    w.put("op-add4-fwdbwd", Workloads::add4Gradient);
    w.put("op-add-1m", Workloads::add1m);
    w.put("op-tanh-1m", t -> scoped(random(t, 1 << 20), Tensor::tanh));
    w.put("op-softmax-512x1024", t -> scoped(random(t, 512, 1024), x -> Ops.softmax(x, 1)));
    w.put("op-matmul-64x128x64", t -> matmul(random(t, 64, 128), random(t, 128, 64)));
    w.put("op-matmul-512", t -> matmul(random(t, 512, 512), random(t, 512, 512)));
    w.put("op-matmul-1024", t -> matmul(random(t, 1024, 1024), random(t, 1024, 1024)));
    w.put("op-bmm-96x128x64x128", t -> matmul(random(t, 96, 128, 64), random(t, 96, 64, 128)));
    w.put("op-conv3x3", t -> convolution(t, false));
    w.put("op-conv3x3-fwdbwd", t -> convolution(t, true));
    w.put("op-layernorm-fwdbwd", Workloads::layerNorm);
    w.put("op-embedding-fwdbwd", Workloads::embedding);
    w.put("op-adam-10m", Workloads::adam);
    w.put("op-sum-axis0", t -> scoped(random(t, 4096, 1024), x -> x.sum(0)));
    w.put("op-sum-axis1", t -> scoped(random(t, 4096, 1024), x -> x.sum(1)));
    functions(w);
    Bridge.add(w);
    return w;
  }

  /** Operations that a backend on a library may have to leave to Java. */
  private static void functions(Map<String, Function<DType, Runnable>> w) {
    w.put("op-max-axis0", t -> scoped(random(t, 4096, 1024), x -> x.max(0)));
    w.put("op-max-axis1", t -> scoped(random(t, 4096, 1024), x -> x.max(1)));
    w.put("op-argmax", t -> scoped(random(t, 4096, 1024), x -> x.argmax(1)));
    w.put("op-maxpool", t -> scoped(random(t, 32, 64, 28, 28), new MaxPool2d(2, 2)::call));
    w.put("op-pow-1m", Workloads::pow);
    w.put("op-pad", t -> scoped(random(t, 32, 64, 28, 28), Workloads::bordered));
    w.put("op-full-1m", t -> within(() -> Ops.full(Shape.of(1024, 1024), 3, t)));
    w.put("op-lgamma-1m", t -> scoped(random(t, 1 << 20).abs(), Tensor::lgamma));
    w.put("op-expm1-1m", t -> scoped(random(t, 1 << 20), Tensor::expm1));
    w.put("op-log1p-1m", t -> scoped(random(t, 1 << 20).abs(), Tensor::log1p));
    w.put("op-int-1m", t -> scoped(random(t, 1 << 20).mul(100), x -> x.cast(DType.INT32)));
    w.put("op-randn-1m", t -> within(() -> random(t, 1 << 20)));
  }

  private static Runnable pow(DType t) {
    Tensor exponents = random(t, 1 << 20);
    return scoped(random(t, 1 << 20).abs(), x -> x.pow(exponents));
  }

  private static Tensor bordered(Tensor images) {
    return images.pad(new long[] {0, 0, 1, 1}, new long[] {0, 0, 1, 1}, 0);
  }

  private static Tensor random(DType t, long... shape) {
    return randn(shape).cast(t);
  }

  static SequentialCell mlp() {
    return new SequentialCell(
        new Dense(784, 512), new ReLU(), new Dense(512, 512), new ReLU(), new Dense(512, 10));
  }

  static SequentialCell lenet5() {
    return new SequentialCell(
        Conv2d.builder(1, 6, 5).padMode(PadMode.PAD).padding(2).hasBias(true).build(),
        new ReLU(),
        new MaxPool2d(2, 2),
        Conv2d.builder(6, 16, 5).padMode(PadMode.VALID).hasBias(true).build(),
        new ReLU(),
        new MaxPool2d(2, 2),
        new Flatten(),
        new Dense(400, 120),
        new ReLU(),
        new Dense(120, 84),
        new ReLU(),
        new Dense(84, 10));
  }

  static Runnable training(Cell<Tensor, Tensor> net, DType t, long... shape) {
    var optimizer = new Momentum(net.trainableParams(), 0.01, 0.9);
    Tensor x = randn(shape);
    Tensor y = randint(0, 10, Shape.of(shape[0])).cast(DType.INT32);
    return training(net, t, optimizer, x, y);
  }

  private static Runnable training(
      Cell<Tensor, Tensor> net, DType t, Optimizer optimizer, Tensor x, Tensor y) {
    var loss = new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN);
    if (t != DType.FLOAT32) {
      net.toFloat(t);
      loss.toFloat(DType.FLOAT32);
    }
    var step = new TrainOneStepCell<>(new WithLossCell<>(net, loss), optimizer);
    net.setTrain(true);
    return () -> result = step.call(x, y);
  }

  private static Runnable gpt(DType t) {
    Cell<Tensor, Tensor> net = new Transformers.Gpt();
    var optimizer =
        AdamW.builder(net.trainableParams()).learningRate(1e-3).weightDecay(0.01).build();
    Tensor x = randint(0, 4096, Shape.of(8, 256)).cast(DType.INT32);
    Tensor y = randint(0, 4096, Shape.of(8 * 256)).cast(DType.INT32);
    return training(net, t, optimizer, x, y);
  }

  private static Runnable lstm(DType t) {
    Cell<Tensor, Tensor> net = new Recurrent();
    var optimizer = Adam.builder(net.trainableParams()).learningRate(1e-3).build();
    Tensor y = randint(0, 10, Shape.of(32)).cast(DType.INT32);
    return training(net, t, optimizer, randn(64, 32, 128), y);
  }

  private static Runnable inference(Cell<Tensor, Tensor> net, DType t, long... shape) {
    return inference(net, t, randn(shape));
  }

  private static Runnable inference(Cell<Tensor, Tensor> net, DType t, Tensor x) {
    if (t != DType.FLOAT32) {
      net.toFloat(t);
    }
    net.setTrain(false);
    return () -> result = net.call(x);
  }

  /**
   * Each call makes a new result, whose memory goes back when the call ends, as a name that goes
   * out of scope does in Python.
   */
  private static Runnable scoped(Tensor x, Function<Tensor, Tensor> op) {
    return within(() -> op.apply(x));
  }

  private static Runnable within(Supplier<?> work) {
    return () -> {
      try (Scope scope = Scope.open()) {
        result = work.get();
      }
    };
  }

  private static Runnable add4(DType t) {
    Tensor a = random(t, 4);
    Tensor b = random(t, 4);
    return () -> result = a.add(b);
  }

  private static Runnable add1m(DType t) {
    Tensor b = random(t, 1024, 1024);
    return scoped(random(t, 1024, 1024), x -> x.add(b));
  }

  /**
   * A thousand additions under one tape, so that the tape's own opening and closing does not count.
   */
  private static Runnable add4Tape(DType t) {
    Variable a = new Variable(random(t, 4));
    Tensor b = random(t, 4);
    return new TapedAddition(a, b);
  }

  private static Runnable add4Gradient(DType t) {
    Tensor a = random(t, 4);
    Tensor b = random(t, 4);
    Function<Tensor, Tensor> gradient = Autograd.grad((Tensor x) -> x.add(b));
    return () -> result = gradient.apply(a);
  }

  private static Runnable matmul(Tensor a, Tensor b) {
    return within(() -> a.matmul(b));
  }

  private static Runnable convolution(DType t, boolean gradient) {
    Tensor x = random(t, 32, 64, 28, 28);
    Tensor w = random(t, 64, 64, 3, 3);
    Attrs.Conv attrs =
        new Attrs.Conv(
            new long[] {1, 1}, new long[] {1, 1}, new long[] {1, 1}, new long[] {1, 1}, 1);
    if (!gradient) {
      return within(() -> Ops.conv(x, w, attrs));
    }
    var both =
        Autograd.valueAndGrad(
                (Pair<Tensor, Tensor> p) -> Ops.conv(p.first(), p.second(), attrs), 0, 1)
            .withSensitivity(random(t, 32, 64, 28, 28));
    Pair<Tensor, Tensor> in = new Pair<>(x, w);
    return within(() -> both.apply(in).grads());
  }

  private static Runnable layerNorm(DType t) {
    Tensor x = random(t, 4096, 768);
    Tensor gamma = Ops.ones(Shape.of(768), t.accumulator());
    Tensor beta = Ops.zeros(Shape.of(768), t.accumulator());
    Attrs.LayerNorm attrs = new Attrs.LayerNorm(1, 1e-5);
    var all =
        Autograd.valueAndGrad(
                (List<Tensor> in) ->
                    Interpreters.bindAll(Prims.LAYER_NORM, attrs, in.get(0), in.get(1), in.get(2))[
                        0],
                0,
                1,
                2)
            .withSensitivity(random(t, 4096, 768));
    List<Tensor> in = List.of(x, gamma, beta);
    return within(() -> all.apply(in).grads());
  }

  private static Runnable embedding(DType t) {
    Tensor w = random(t, 4096, 384);
    Tensor ids = randint(0, 4096, Shape.of(32, 256));
    var gradient =
        Autograd.valueAndGrad((Tensor table) -> Ops.gather(table, ids, 0))
            .withSensitivity(random(t, 32, 256, 384));
    return within(() -> gradient.apply(w).grads());
  }

  private static Runnable adam(DType t) {
    Variable[] state = {
      new Variable(random(t, 10_000_000)),
      new Variable(Ops.zeros(Shape.of(10_000_000), t)),
      new Variable(Ops.zeros(Shape.of(10_000_000), t))
    };
    Tensor[] others = {random(t, 10_000_000), Ops.scalar(1e-3, t)};
    Attrs.Adam attrs = new Attrs.Adam(0.9, 0.999, 1e-8, 0, false);
    return within(() -> Interpreters.top().update(Prims.ADAM_UPDATE, attrs, state, others));
  }
}
