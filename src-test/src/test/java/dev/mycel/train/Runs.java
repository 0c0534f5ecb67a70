package dev.mycel.train;

import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Mycel;
import dev.mycel.core.Pair;
import dev.mycel.core.Random;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.amp.AmpLevel;
import dev.mycel.nn.layer.BatchNorm1d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Dropout;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.Adam;
import dev.mycel.optim.AdamWeightDecay;
import dev.mycel.optim.Momentum;
import dev.mycel.optim.Optimizer;
import dev.mycel.optim.SGD;
import dev.mycel.optim.amp.AmpOptions;
import dev.mycel.optim.amp.DynamicLossScaleManager;
import dev.mycel.optim.amp.TrainNetworks;
import dev.mycel.optim.amp.TrainingStep;
import dev.mycel.optim.schedule.CosineDecayLR;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;

/**
 * A training with everything that a state must keep: dropout, batch statistics, shuffled batches of
 * seven, noise from a generator and from an operation's seed, and a loss scale in half types.
 */
final class Runs {
  static final List<String> KINDS =
      List.of("SGD", "Momentum", "Adam", "AdamWeightDecay", "Adam float16", "Momentum bfloat16");
  static final int HALF = 50;

  final Cell<Tensor, Tensor> net;
  final Generator noise = new Generator(3);
  final ShuffledBatches<Pair<Tensor, Tensor>> data = ShuffledBatches.of(Lines.plane(7), 5);
  final TrainingStep<Pair<Tensor, Tensor>> step;
  final TrainingState state;

  Runs(String kind, long seed) {
    Mycel.setSeed(seed);
    net =
        new SequentialCell(
            new Dense(2, 8), new BatchNorm1d(8), new ReLU(), Dropout.p(0.3), new Dense(8, 1));
    step = TrainNetworks.buildTrainNetwork(net, optimizer(kind, net), new MSELoss(), amp(kind));
    state = TrainingState.of(step).data(data).generator("noise", noise);
  }

  static Optimizer optimizer(String kind, Cell<?, ?> net) {
    var weights = net.trainableParams();
    return switch (kind.split(" ")[0]) {
      case "SGD" -> SGD.builder(weights).learningRate(0.02).momentum(0.9).build();
      case "Momentum" -> new Momentum(weights, 0.02, 0.9);
      case "Adam" -> new Adam(weights, new CosineDecayLR(1e-4, 0.01, 90));
      case "AdamWeightDecay" ->
          AdamWeightDecay.builder(weights).learningRate(0.01).weightDecay(0.01).build();
      default -> throw new IllegalArgumentException(kind);
    };
  }

  private static AmpOptions amp(String kind) {
    String type = kind.substring(kind.indexOf(' ') + 1);
    if (type.equals(kind)) {
      return AmpOptions.of(AmpLevel.O0);
    }
    // So large that the first steps overflow, and a window so short that the scale grows again.
    boolean narrow = type.equals("float16");
    return AmpOptions.of(AmpLevel.O2)
        .castModelType(narrow ? DType.FLOAT16 : DType.BFLOAT16)
        .lossScaleManager(new DynamicLossScaleManager(Math.pow(2, narrow ? 24 : 127), 4, 6));
  }

  /** Trains for so many steps, wherever in an epoch they end. */
  Runs run(int steps) {
    int left = steps;
    while (left > 0) {
      Iterator<Pair<Tensor, Tensor>> batches = state.startEpoch(data);
      while (left > 0 && batches.hasNext()) {
        Pair<Tensor, Tensor> batch = batches.next();
        try (Scope scope = Scope.open()) {
          Tensor x = batch.first();
          x =
              x.add(Random.randn(noise, 4, 2).mul(0.01))
                  .add(Random.uniform(Shape.of(4, 2), 0, 0.01, 8));
          step.step(new Pair<>(x, batch.second()));
        }
        state.advance();
        left--;
      }
      if (!batches.hasNext()) {
        state.endEpoch();
      }
    }
    return this;
  }

  static Path half(Path folder, String kind) {
    return folder.resolve(kind + " half.ckpt");
  }

  static Path resumed(Path folder, String kind) {
    return folder.resolve(kind + " resumed.ckpt");
  }

  /** What a fresh process runs: the second half of every kind. */
  static final class Child {
    public static void main(String[] args) {
      Path folder = Path.of(args[0]);
      for (String kind : KINDS) {
        Runs run = new Runs(kind, 99);
        run.state.restore(half(folder, kind));
        run.run(HALF).state.save(resumed(folder, kind));
      }
    }
  }
}
