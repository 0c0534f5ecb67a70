package dev.mycel.misuse;

import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.core.Triple;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.Cell3;
import dev.mycel.nn.amp.AmpLevel;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.optim.Momentum;
import dev.mycel.train.CheckpointConfig;
import dev.mycel.train.EarlyStopping;
import dev.mycel.train.History;
import dev.mycel.train.LossMonitor;
import dev.mycel.train.Model;
import dev.mycel.train.ModelCheckpoint;
import dev.mycel.train.TimeMonitor;
import dev.mycel.train.TrainOptions;
import dev.mycel.train.metrics.Accuracy;
import dev.mycel.train.metrics.ConfusionMatrix;
import dev.mycel.train.metrics.EvalType;
import dev.mycel.train.metrics.Fbeta;
import dev.mycel.train.metrics.Loss;
import dev.mycel.train.metrics.MAE;
import dev.mycel.train.metrics.Metrics;
import dev.mycel.train.metrics.Precision;
import dev.mycel.train.metrics.TopKCategoricalAccuracy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Mistakes with {@code Model}, callbacks and metrics. */
final class TrainingMistakes {
  private TrainingMistakes() {}

  static void add(Map<String, Runnable> c) {
    models(c);
    data(c);
    callbacks(c);
    metrics(c);
    values(c);
  }

  private static final Pair<Tensor, Tensor> BATCH =
      new Pair<>(Tensor.of(new float[4][2]), Tensor.of(new float[4][1]));

  private static Model<Tensor, Tensor, Tensor> model(String... metrics) {
    Dense net = new Dense(2, 1);
    return new Model<>(
        net, new MSELoss(), new Momentum(net.trainableParams(), 0.1, 0.9), Metrics.of(metrics));
  }

  private static void models(Map<String, Runnable> c) {
    c.put(
        "metrics of a model without a loss",
        () ->
            Model.<Tensor, Tensor, Tensor>builder(new Dense(2, 1))
                .metrics(Metrics.of("accuracy", "loss"))
                .build());
    c.put(
        "an amp level without an optimiser",
        () ->
            Model.<Tensor, Tensor, Tensor>builder(new Dense(2, 1)).ampLevel(AmpLevel.O2).build());
    c.put(
        "a negative index of an output",
        () ->
            Model.<Tensor, Tensor, Tensor>builder(new Dense(2, 1))
                .evalNetwork(new Dense(2, 1), 0, -1, 2));
    c.put("eval without metrics", () -> model().eval(List.of(BATCH)));
    c.put("fit without metrics", () -> model().fit(1, List.of(BATCH), List.of(BATCH)));
    c.put("training for no epoch", () -> model().train(0, List.of(BATCH)));
    c.put(
        "an initial epoch after the last",
        () -> model().train(3, List.of(BATCH), TrainOptions.defaults().initialEpoch(3)));
    c.put("an evaluation every 0 epochs", () -> TrainOptions.defaults().validFrequency(0));
    c.put("a negative initial epoch", () -> TrainOptions.defaults().initialEpoch(-1));
  }

  /** Adds two tensors. */
  private static final class Sum extends Cell2<Tensor, Tensor, Tensor> {
    @Override
    protected Tensor construct(Tensor x, Tensor y) {
      return x.add(y);
    }
  }

  /** Adds three tensors. */
  private static final class Sum3 extends Cell3<Tensor, Tensor, Tensor, Tensor> {
    @Override
    protected Tensor construct(Tensor x, Tensor y, Tensor z) {
      return x.add(y).add(z);
    }
  }

  private static void data(Map<String, Runnable> c) {
    c.put("training with no batch", () -> model().train(1, List.of()));
    c.put("evaluating with no batch", () -> model("mae").fit(1, List.of(BATCH), List.of()));
    c.put("a batch without labels", () -> model().train(1, List.of(BATCH.first())));
    c.put(
        "a batch of three for a loss",
        () ->
            model().train(1, List.of(new Triple<>(BATCH.first(), BATCH.second(), Tensor.of(1f)))));
    c.put("a batch that is null", () -> model().train(1, Arrays.asList((Object) null)));
    c.put(
        "a batch of one for a cell of two inputs",
        () ->
            new Model<Pair<Tensor, Tensor>, Tensor, Tensor>(new Sum())
                .train(1, List.of(BATCH.first())));
    c.put(
        "a batch of two for a cell of three inputs",
        () ->
            new Model<Triple<Tensor, Tensor, Tensor>, Tensor, Tensor>(new Sum3())
                .train(1, List.of(BATCH)));
    c.put(
        "an evaluation network with too few outputs",
        () ->
            Model.<Tensor, Tensor, Tensor>builder(new Dense(2, 1))
                .evalNetwork(new Dense(2, 1), 0, 1, 2)
                .metrics(Metrics.of("mae"))
                .build()
                .eval(List.of(BATCH.first())));
    c.put(
        "predictions of several tensors for a metric",
        () -> {
          Cell<Tensor, Pair<Tensor, Tensor>> two =
              new Cell<>() {
                @Override
                protected Pair<Tensor, Tensor> construct(Tensor x) {
                  return new Pair<>(x, x);
                }
              };
          Cell2<Pair<Tensor, Tensor>, Tensor, Tensor> loss =
              new Cell2<>() {
                @Override
                protected Tensor construct(Pair<Tensor, Tensor> p, Tensor y) {
                  return p.first().mean();
                }
              };
          Model.<Tensor, Pair<Tensor, Tensor>, Tensor>builder(two)
              .loss(loss)
              .metrics(Metrics.of("mae"))
              .build()
              .eval(List.of(BATCH));
        });
  }

  private static void callbacks(Map<String, Runnable> c) {
    History history = new History();
    c.put(
        "a callback given twice", () -> model().train(1, List.of(BATCH), history, history));
    c.put("a callback that is null", () -> model().train(1, List.of(BATCH), history, null));
    c.put("a negative number of steps between prints", () -> new LossMonitor(-1));
    c.put("an epoch of no steps for a time monitor", () -> new TimeMonitor(0));
    c.put(
        "a loss that is not a number under a monitor",
        () -> {
          Cell<Tensor, Tensor> root =
              new Cell<>() {
                @Override
                protected Tensor construct(Tensor x) {
                  return x.sqrt();
                }
              };
          new Model<Tensor, Tensor, Tensor>(root)
              .train(1, List.of(Tensor.of(4f), Tensor.of(-4f)), new LossMonitor(0));
        });
    c.put(
        "checkpoints that are never saved nor kept",
        () ->
            CheckpointConfig.builder()
                .saveCheckpointSteps(0)
                .saveCheckpointSeconds(0)
                .keepCheckpointMax(0)
                .build());
    c.put(
        "a negative number of checkpoints",
        () -> CheckpointConfig.builder().keepCheckpointMax(-1));
    c.put(
        "a checkpoint prefix that is a path",
        () -> new ModelCheckpoint("runs/a", Path.of("."), CheckpointConfig.defaults()));
    c.put("a negative patience", () -> EarlyStopping.monitor("loss").patience(-1));
    c.put(
        "a monitored value that is not measured",
        () ->
            model("mae")
                .fit(
                    1,
                    List.of(BATCH),
                    List.of(BATCH),
                    EarlyStopping.monitor("accuracy").build()));
  }

  private static void metrics(Map<String, Runnable> c) {
    c.put("a metric of an unknown name", () -> Metrics.of("acuracy"));
    c.put("a metric that needs arguments", () -> Metrics.of("topk"));
    c.put("two metrics of one name", () -> Metrics.accuracy().and("accuracy", new MAE()));
    c.put("a top-k accuracy of no guess", () -> new TopKCategoricalAccuracy(0));
    c.put("a confusion of no classes", () -> new ConfusionMatrix(0));
    c.put("an F score without a weight", () -> new Fbeta(0));
    c.put("a negative input of a metric", () -> new MAE().setIndexes(-1, 0));
    c.put("eval before update", () -> new Accuracy().eval());
    c.put("one input for an accuracy", () -> new Accuracy().update(BATCH.first()));
    c.put(
        "an index beyond the inputs of a metric",
        () -> new MAE().setIndexes(0, 2).update(BATCH.first(), BATCH.second()));
    c.put(
        "asking for several numbers as one",
        () -> model("precision").eval(List.of(BATCH)).scalar("precision"));
  }

  private static void values(Map<String, Runnable> c) {
    Tensor scores = Tensor.of(new float[][] {{1, 2}, {3, 4}});
    c.put(
        "labels of another number than scores",
        () -> new Accuracy().update(scores, Tensor.of(new int[] {1}, 1)));
    c.put(
        "labels of floats", () -> new Accuracy().update(scores, Tensor.of(new float[] {0, 1}, 2)));
    c.put(
        "a label beyond the scores",
        () -> new Precision().update(scores, Tensor.of(new int[] {0, 2}, 2)));
    c.put(
        "scores where marks are expected",
        () -> new Accuracy(EvalType.MULTILABEL).update(scores, scores));
    c.put(
        "predictions of another number than labels",
        () -> new MAE().update(Tensor.of(new float[3]), Tensor.of(new float[2])));
    c.put("a loss of two axes for the metric", () -> new Loss().update(scores));
    c.put(
        "a number of classes that changes",
        () -> {
          Precision precision = new Precision();
          precision.update(scores, Tensor.of(new int[] {0, 1}, 2));
          precision.update(Tensor.of(new float[2][3]), Tensor.of(new int[] {0, 1}, 2));
        });
    c.put(
        "scores of four axes for a top-k accuracy",
        () -> TopKCategoricalAccuracy.top1().update(Tensor.of(new float[1][2][2]), scores));
  }
}
