package dev.mycel.test.bench;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.pooling.Pool;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;

/**
 * The workloads in PyTorch's library, driven through DJL: the peer that needs nothing but Maven.
 */
final class DjlPeer {
  private DjlPeer() {}

  static Timer.Result measure(String workload, int samples) {
    System.setProperty("PYTORCH_NUM_THREADS", "2");
    System.setProperty("ai.djl.pytorch.num_threads", "2");
    System.setProperty("offline", "true");
    try (NDManager manager = NDManager.newBaseManager()) {
      return switch (workload) {
        case "mlp" -> training(manager, mlp(), new Shape(128, 784), samples);
        case "lenet5" -> training(manager, lenet5(), new Shape(64, 1, 28, 28), samples);
        case "infer-mlp" -> inference(manager, mlp(), new Shape(1, 784), samples);
        case "infer-lenet5" -> inference(manager, lenet5(), new Shape(1, 1, 28, 28), samples);
        default -> Timer.measure(operation(manager, workload), samples);
      };
    }
  }

  private static Block linear(int out) {
    return Linear.builder().setUnits(out).build();
  }

  private static SequentialBlock mlp() {
    return new SequentialBlock()
        .add(linear(512))
        .add(Activation.reluBlock())
        .add(linear(512))
        .add(Activation.reluBlock())
        .add(linear(10));
  }

  private static SequentialBlock lenet5() {
    return new SequentialBlock()
        .add(
            Conv2d.builder()
                .setKernelShape(new Shape(5, 5))
                .optPadding(new Shape(2, 2))
                .setFilters(6)
                .build())
        .add(Activation.reluBlock())
        .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
        .add(Conv2d.builder().setKernelShape(new Shape(5, 5)).setFilters(16).build())
        .add(Activation.reluBlock())
        .add(Pool.maxPool2dBlock(new Shape(2, 2), new Shape(2, 2)))
        .add(Blocks.batchFlattenBlock())
        .add(linear(120))
        .add(Activation.reluBlock())
        .add(linear(84))
        .add(Activation.reluBlock())
        .add(linear(10));
  }

  private static Timer.Result training(NDManager manager, Block net, Shape shape, int samples) {
    try (Model model = Model.newInstance("peer")) {
      model.setBlock(net);
      Loss loss = Loss.softmaxCrossEntropyLoss();
      var config =
          new DefaultTrainingConfig(loss)
              .optOptimizer(
                  Optimizer.sgd()
                      .setLearningRateTracker(Tracker.fixed(0.01f))
                      .optMomentum(0.9f)
                      .build());
      try (Trainer trainer = model.newTrainer(config)) {
        trainer.initialize(shape);
        NDArray x = manager.randomNormal(shape);
        NDArray y = manager.randomInteger(0, 10, new Shape(shape.get(0)), DataType.INT64);
        return Timer.measure(() -> step(trainer, loss, x, y), samples);
      }
    }
  }

  private static void step(Trainer trainer, Loss loss, NDArray x, NDArray y) {
    try (NDManager scope = x.getManager().newSubManager();
        GradientCollector collector = trainer.newGradientCollector()) {
      NDArray in = x.duplicate();
      in.attach(scope);
      NDList out = trainer.forward(new NDList(in));
      NDArray value = loss.evaluate(new NDList(y), out);
      collector.backward(value);
      value.close();
      out.close();
    }
    trainer.step();
  }

  private static Timer.Result inference(NDManager manager, Block net, Shape shape, int samples) {
    net.initialize(manager, DataType.FLOAT32, shape);
    ParameterStore parameters = new ParameterStore(manager, false);
    NDArray x = manager.randomNormal(shape);
    return Timer.measure(() -> net.forward(parameters, new NDList(x), false).close(), samples);
  }

  private static Runnable operation(NDManager manager, String workload) {
    return switch (workload) {
      case "op-add4" -> {
        NDArray a = manager.randomNormal(new Shape(4));
        NDArray b = manager.randomNormal(new Shape(4));
        yield () -> a.add(b).close();
      }
      case "op-tanh-1m" -> {
        NDArray x = manager.randomNormal(new Shape(1 << 20));
        yield () -> x.tanh().close();
      }
      case "op-softmax-512x1024" -> {
        NDArray x = manager.randomNormal(new Shape(512, 1024));
        yield () -> x.softmax(1).close();
      }
      case "op-matmul-64x128x64" -> product(manager, new Shape(64, 128), new Shape(128, 64));
      case "op-matmul-512" -> product(manager, new Shape(512, 512), new Shape(512, 512));
      case "op-matmul-1024" -> product(manager, new Shape(1024, 1024), new Shape(1024, 1024));
      case "op-bmm-96x128x64x128" ->
          product(manager, new Shape(96, 128, 64), new Shape(96, 64, 128));
      case "op-sum-axis0", "op-sum-axis1" -> {
        NDArray x = manager.randomNormal(new Shape(4096, 1024));
        int[] axis = {workload.endsWith("0") ? 0 : 1};
        yield () -> x.sum(axis).close();
      }
      default ->
          throw new IllegalArgumentException("the peer djl has no workload '" + workload + "'");
    };
  }

  private static Runnable product(NDManager manager, Shape left, Shape right) {
    NDArray a = manager.randomNormal(left);
    NDArray b = manager.randomNormal(right);
    return () -> a.matMul(b).close();
  }
}
