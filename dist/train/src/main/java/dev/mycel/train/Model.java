package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.WithEvalCell;
import dev.mycel.nn.amp.AmpLevel;
import dev.mycel.optim.Optimizer;
import dev.mycel.optim.amp.AmpOptions;
import dev.mycel.optim.amp.LossScaleManager;
import dev.mycel.train.metrics.Metrics;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A network with what trains and measures it.
 *
 * <pre>{@code
 * var model = new Model<>(net, loss, optimizer, Metrics.accuracy());
 * model.fit(10, train, test, new LossMonitor(100), new ModelCheckpoint(folder));
 * double accuracy = model.eval(test).scalar("accuracy");
 * Tensor scores = model.predict(images);
 * }</pre>
 *
 * <p>Data is any {@link Iterable} of batches, gone through once in each epoch. With a loss, a batch
 * is data and labels: a pair, a record, a list or a map of two. Without one it is what the network
 * takes; a network of two or three inputs also takes records, lists and maps of as many.
 *
 * <p>An interrupt ends a training after the current step like {@link RunContext#requestStop}; the
 * thread is interrupted when the call returns.
 *
 * @param <I> the network's input
 * @param <P> what the network predicts
 * @param <T> the labels
 */
public final class Model<I, P, T> {
  private final Cell<I, P> network;
  private final @Nullable Cell2<P, T, Tensor> lossFn;
  private final @Nullable Optimizer optimizer;
  private final Metrics metrics;
  private final TrainStep trainStep;
  private final @Nullable Evaluator evaluator;

  /** A network to predict with, or one that gives its loss itself, to run over data. */
  public Model(Cell<I, P> network) {
    this(new Builder<I, P, T>(network));
  }

  /** A network to train. */
  public Model(Cell<I, P> network, Cell2<P, T, Tensor> lossFn, Optimizer optimizer) {
    this(network, lossFn, optimizer, Metrics.none());
  }

  /** A network to train and measure. */
  public Model(
      Cell<I, P> network, Cell2<P, T, Tensor> lossFn, Optimizer optimizer, Metrics metrics) {
    this(new Builder<I, P, T>(network).loss(lossFn).optimizer(optimizer).metrics(metrics));
  }

  /**
   * A network to train in mixed precision and to measure.
   *
   * @param ampLevel how much of the network, which is prepared in place, computes in float16
   */
  public Model(
      Cell<I, P> network,
      Cell2<P, T, Tensor> lossFn,
      Optimizer optimizer,
      Metrics metrics,
      AmpLevel ampLevel) {
    this(
        new Builder<I, P, T>(network)
            .loss(lossFn)
            .optimizer(optimizer)
            .metrics(metrics)
            .ampLevel(ampLevel));
  }

  private Model(Builder<I, P, T> b) {
    network = b.network;
    lossFn = b.lossFn;
    optimizer = b.optimizer;
    metrics = b.metrics;
    b.check();
    trainStep = TrainStep.of(network, lossFn, optimizer, b.amp);
    evaluator = evaluator(b);
  }

  private static <I, P, T> @Nullable Evaluator evaluator(Builder<I, P, T> b) {
    Cell<?, ?> own = b.evalNetwork;
    if (own != null) {
      return new Evaluator(own, b.evalIndexes, b.metrics, false);
    }
    Cell2<P, T, Tensor> loss = b.lossFn;
    if (loss == null) {
      return null;
    }
    return new Evaluator(
        new WithEvalCell<>(b.network, loss, b.castsEvaluation()),
        new int[] {0, 1, 2},
        b.metrics,
        true);
  }

  /** Begins a model with further options. */
  public static <I, P, T> Builder<I, P, T> builder(Cell<I, P> network) {
    return new Builder<>(network);
  }

  // ---- what it does -----------------------------------------------------------------------------

  /**
   * Trains.
   *
   * @param epochs how many; at least 1
   * @param data at least one batch
   */
  public <B> void train(int epochs, Iterable<B> data, Callback... callbacks) {
    train(epochs, data, TrainOptions.defaults(), callbacks);
  }

  /**
   * Trains with options.
   *
   * @param epochs the number of the last epoch; a training that is resumed with all of them done
   *     changes nothing
   * @param data at least one batch
   */
  public <B> void train(int epochs, Iterable<B> data, TrainOptions options, Callback... callbacks) {
    new TrainLoop("train", this, epochs, data, null, options)
        .run(CallbackManager.checked("train", callbacks));
  }

  /**
   * Trains, and evaluates after each epoch: callbacks find the results in {@code
   * originalArgs().metrics()} and {@code evalResults()}.
   *
   * @param epochs how many; at least 1
   * @param data at least one batch
   * @param validData what to evaluate with
   * @return the results of the last evaluation
   */
  public <B, V> EvalResults fit(
      int epochs, Iterable<B> data, Iterable<V> validData, Callback... callbacks) {
    return fit(epochs, data, validData, TrainOptions.defaults(), callbacks);
  }

  /**
   * Trains and evaluates with options.
   *
   * @param epochs the number of the last epoch
   * @return the results of the last evaluation; empty if no epoch had one
   */
  public <B, V> EvalResults fit(
      int epochs,
      Iterable<B> data,
      Iterable<V> validData,
      TrainOptions options,
      Callback... callbacks) {
    requireMetrics("fit");
    return new TrainLoop("fit", this, epochs, data, validData, options)
        .run(CallbackManager.checked("fit", callbacks));
  }

  /**
   * Measures: in inference mode, each metric over all batches.
   *
   * @param data at least one batch
   */
  public <B> EvalResults eval(Iterable<B> data, Callback... callbacks) {
    requireMetrics("eval");
    return EvalLoop.run(this, data, CallbackManager.checked("eval", callbacks));
  }

  /** The network's output in inference mode. */
  public P predict(I input) {
    network.setTrain(false);
    return network.call(input);
  }

  private void requireMetrics(String op) {
    if (metrics.byName().isEmpty()) {
      throw new ArgumentException(
          Messages.of(op + ": the model has no metrics")
              .hint("give it some: new Model<>(net, loss, optimizer, Metrics.accuracy())")
              .text());
    }
  }

  // ---- parts ------------------------------------------------------------------------------------

  /** What a step of training runs: the network with loss and optimiser, as far as there are any. */
  public Cell<?, ?> trainNetwork() {
    return trainStep.cell();
  }

  /** What a step of evaluation runs: loss, outputs and labels, unless a cell was given. */
  public Cell<?, ?> evalNetwork() {
    Evaluator e = evaluator;
    return e == null ? network : e.network();
  }

  /** What predicts: the network. */
  public Cell<I, P> predictNetwork() {
    return network;
  }

  Cell<I, P> network() {
    return network;
  }

  Optional<Cell<?, ?>> lossFn() {
    return Optional.ofNullable(lossFn);
  }

  Optional<Optimizer> optimizer() {
    return Optional.ofNullable(optimizer);
  }

  Evaluator evaluator() {
    Evaluator e = evaluator;
    if (e == null) {
      throw new IllegalStateException("metrics without an evaluation network passed the builder");
    }
    return e;
  }

  /** The state of a training of this model, before its first epoch. */
  TrainingState trainingState() {
    TrainingState state = TrainingState.ofModel(trainStep.cell());
    LossScaleManager manager = trainStep.manager();
    return manager == null ? state : state.lossScaleManager(manager);
  }

  /** One step of training on a batch. */
  Object step(String op, Object batch) {
    Object input =
        lossFn != null ? Batches.dataAndLabels(op, batch) : Batches.inputOf(op, network, batch);
    return trainStep.run().apply(input);
  }

  /**
   * The parts of a model.
   *
   * @param <I> the network's input
   * @param <P> what the network predicts
   * @param <T> the labels
   */
  public static final class Builder<I, P, T> {
    private final Cell<I, P> network;
    private @Nullable Cell2<P, T, Tensor> lossFn;
    private @Nullable Optimizer optimizer;
    private Metrics metrics = Metrics.none();
    private @Nullable Cell<?, ?> evalNetwork;
    private int @Nullable [] evalIndexes;
    private AmpOptions amp = AmpOptions.of(AmpLevel.O0);

    private Builder(Cell<I, P> network) {
      this.network = network;
    }

    /** The loss; without one the network gives it itself. */
    public Builder<I, P, T> loss(Cell2<P, T, Tensor> lossFn) {
      this.lossFn = lossFn;
      return this;
    }

    /** The optimiser; without one a training runs the network over data and changes nothing. */
    public Builder<I, P, T> optimizer(Optimizer optimizer) {
      this.optimizer = optimizer;
      return this;
    }

    /** What is measured. */
    public Builder<I, P, T> metrics(Metrics metrics) {
      this.metrics = metrics;
      return this;
    }

    /** What an evaluation runs; metrics take all its outputs. */
    public Builder<I, P, T> evalNetwork(Cell<?, ?> evalNetwork) {
      this.evalNetwork = evalNetwork;
      return this;
    }

    /**
     * What an evaluation runs.
     *
     * @param loss which of its outputs is the loss, for the metric Loss
     * @param prediction which is the prediction, for all other metrics
     * @param label which is the label, for all other metrics
     */
    public Builder<I, P, T> evalNetwork(
        Cell<?, ?> evalNetwork, int loss, int prediction, int label) {
      if (loss < 0 || prediction < 0 || label < 0) {
        throw new ArgumentException(
            "Model: indexes of outputs are not negative, got " + List.of(loss, prediction, label));
      }
      this.evalNetwork = evalNetwork;
      this.evalIndexes = new int[] {loss, prediction, label};
      return this;
    }

    /** How much of the network computes in float16; nothing by default. */
    public Builder<I, P, T> ampLevel(AmpLevel level) {
      return amp(AmpOptions.of(level));
    }

    /** Mixed precision by a level and what departs from its presets, loss scaling among it. */
    public Builder<I, P, T> amp(AmpOptions options) {
      amp = options;
      return this;
    }

    /** As MindSpore does for the levels whose outputs may be of the low type. */
    private boolean castsEvaluation() {
      AmpLevel level = amp.level();
      return level == AmpLevel.O2 || level == AmpLevel.O3 || level == AmpLevel.AUTO;
    }

    private void check() {
      if (amp.level() != AmpLevel.O0 && optimizer == null) {
        throw new ArgumentException(
            Messages.of("Model: mixed precision needs an optimiser")
                .line("ampLevel", amp.level())
                .hint("to predict only, prepare the network by Amp.autoMixedPrecision")
                .text());
      }
      if (!metrics.byName().isEmpty() && lossFn == null && evalNetwork == null) {
        throw new ArgumentException(
            Messages.of("Model: metrics need a loss or an evaluation network")
                .line("metrics", String.join(" ", metrics.byName().keySet()))
                .hint("loss(lossFn) or evalNetwork(cell)")
                .text());
      }
    }

    /** The model. */
    public Model<I, P, T> build() {
      return new Model<>(this);
    }
  }
}
