package dev.mycel.train;

import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.Tree;
import dev.mycel.nn.Cell;
import dev.mycel.optim.Optimizer;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The state of a run as callbacks see it, under MindSpore's names. */
public final class InternalCallbackParam {
  private final Model<?, ?, ?> model;
  private final List<Callback> listCallback;
  private final int epochNum;
  final boolean training;
  private final Iterable<?> dataset;

  int curEpochNum;
  long curStepNum;
  int stepInEpoch;
  int stepsOfLastEpoch;
  @Nullable Object element;
  private @Nullable Object netOutputs;
  EvalResults metrics = EvalResults.EMPTY;
  EvalResults evalResults = EvalResults.EMPTY;
  @Nullable Iterable<?> validDataset;
  @Nullable TrainingState state;
  @Nullable Path resumedFrom;

  InternalCallbackParam(
      Model<?, ?, ?> model,
      boolean training,
      int epochNum,
      Iterable<?> dataset,
      List<Callback> callbacks) {
    this.model = model;
    this.training = training;
    this.epochNum = epochNum;
    this.dataset = dataset;
    this.listCallback = callbacks;
  }

  /** {@code train} or {@code eval}. */
  public String mode() {
    return training ? "train" : "eval";
  }

  /** The network that the model was made with. */
  public Cell<?, ?> network() {
    return model.network();
  }

  /** What a step of training runs: the network with loss and optimiser. */
  public Cell<?, ?> trainNetwork() {
    return model.trainNetwork();
  }

  /** What a step of evaluation runs. */
  public Cell<?, ?> evalNetwork() {
    return model.evalNetwork();
  }

  /** The loss, if the model has one. */
  public Optional<Cell<?, ?>> lossFn() {
    return model.lossFn();
  }

  /** The optimiser, if the model has one. */
  public Optional<Optimizer> optimizer() {
    return model.optimizer();
  }

  /**
   * The state of the training as it is now, to be saved: {@code
   * context.originalArgs().trainingState().save(file)}.
   *
   * @throws TensorException in an evaluation
   */
  public TrainingState trainingState() {
    TrainingState now = state;
    if (now == null) {
      throw new TensorException(
          Messages.of("trainingState: an evaluation has none")
              .hint("ask for it in the hooks of a training, onTrainStepEnd for example")
              .text());
    }
    return now;
  }

  /** The file that the training was resumed from, if it was. */
  public Optional<Path> resumedFrom() {
    return Optional.ofNullable(resumedFrom);
  }

  /** The number of the last epoch. */
  public int epochNum() {
    return epochNum;
  }

  /**
   * The number of batches in an epoch: the size of a collection, else as many as the epoch before
   * had; empty in the first epoch.
   */
  public OptionalInt batchNum() {
    if (dataset instanceof Collection<?> c) {
      return OptionalInt.of(c.size());
    }
    return stepsOfLastEpoch > 0 ? OptionalInt.of(stepsOfLastEpoch) : OptionalInt.empty();
  }

  /** The number of the current epoch, from 1; in an evaluation that of the training around it. */
  public int curEpochNum() {
    return curEpochNum;
  }

  /** The number of the current step in the whole run, from 1. */
  public long curStepNum() {
    return curStepNum;
  }

  /**
   * The number of the current step in its epoch, from 1: after an epoch the number of its steps.
   */
  public int curStepInEpoch() {
    return stepInEpoch;
  }

  /** What is trained with; in an evaluation what is evaluated with. */
  public Iterable<?> trainDataset() {
    return dataset;
  }

  /** What is evaluated with. */
  public Optional<Iterable<?>> validDataset() {
    return Optional.ofNullable(validDataset);
  }

  /** The current batch, as the data gave it. */
  public Optional<Object> trainDatasetElement() {
    return Optional.ofNullable(element);
  }

  /** The callbacks of the run in order. */
  public List<Callback> listCallback() {
    return listCallback;
  }

  /**
   * What the last step returned: the loss, or a record or list that begins with it; with a loss
   * scale a {@code TrainingStep.Outcome}. Before the first step of a resumed training it is the
   * loss alone.
   */
  public Optional<Object> netOutputs() {
    return Optional.ofNullable(netOutputs);
  }

  /** Takes the numbers over of a state that was restored. */
  void follow(TrainingState s) {
    curEpochNum = (int) s.epoch();
    curStepNum = s.step();
    stepInEpoch = (int) s.batch();
    stepsOfLastEpoch = (int) s.progress.batchesBefore();
  }

  /** The numbers before an epoch, which may be one that had begun. */
  void beginEpoch(TrainingState s) {
    boolean goesOn = !s.progress.epochEnded();
    curEpochNum = (int) s.epochsDone() + 1;
    stepsOfLastEpoch = (int) (goesOn ? s.progress.batchesBefore() : s.batch());
    stepInEpoch = goesOn ? (int) s.batch() : 0;
    metrics = EvalResults.EMPTY;
    evalResults = EvalResults.EMPTY;
  }

  /** Takes the outputs out of every scope: hooks may look at them until the next step. */
  void setNetOutputs(@Nullable Object outputs) {
    Tree.forEach(outputs, Scope::keep);
    netOutputs = outputs;
  }

  /**
   * The loss of the last step: the mean of the first tensor of {@link #netOutputs}.
   *
   * @throws TensorException before the first step, and if the step returned no tensor
   */
  public double loss() {
    List<Tensor> outputs = Tree.tensors(netOutputs);
    if (outputs.isEmpty()) {
      throw new TensorException(
          Messages.of("loss: there is none before the first step has ended")
              .hint("ask in stepEnd, epochEnd or end")
              .text());
    }
    Tensor first = outputs.get(0);
    if (first.size() == 1) {
      return first.item();
    }
    try (Scope scope = Scope.open()) {
      return first.mean().item();
    }
  }

  /** The same, empty where there is none. */
  OptionalDouble lossIfAny() {
    List<Tensor> outputs = Tree.tensors(netOutputs);
    boolean some = !outputs.isEmpty() && outputs.get(0).dtype().isFloat();
    return some ? OptionalDouble.of(loss()) : OptionalDouble.empty();
  }

  /** Gives a resumed training the loss of its last step. */
  void setLoss(double loss) {
    setNetOutputs(Ops.scalar(loss, DType.FLOAT64));
  }

  /** The metrics of the evaluation that just ended; empty before, and in epochs without one. */
  public EvalResults metrics() {
    return metrics;
  }

  /**
   * What can be monitored of the evaluation that just ended: the metrics, the loss as {@code
   * eval_loss}; empty before, and in epochs without one.
   */
  public EvalResults evalResults() {
    return evalResults;
  }

  /** How training is spread over devices: always {@code stand_alone}. */
  public String parallelMode() {
    return "stand_alone";
  }

  /** The number of devices: always 1. */
  public int deviceNumber() {
    return 1;
  }

  /** Whether batches are sent ahead to the device: always false. */
  public boolean datasetSinkMode() {
    return false;
  }
}
