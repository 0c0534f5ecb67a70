package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.TensorException;
import java.io.PrintStream;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Prints the loss, as {@code epoch: 1 step: 32, loss is 2.30}, and after an evaluation {@code Eval
 * result: epoch 1, metrics: {'accuracy': 0.98}}. A loss that is NaN or infinite ends the training
 * by an error, whether it would be printed or not.
 */
public final class LossMonitor extends Callback {
  private final int perPrintTimes;
  private final Supplier<PrintStream> out;
  private long lastPrinted;

  /** Prints the loss of every step. */
  public LossMonitor() {
    this(1);
  }

  /**
   * Prints the loss of every so many steps.
   *
   * @param perPrintTimes steps from one line to the next; 0 prints no losses
   */
  public LossMonitor(int perPrintTimes) {
    this(perPrintTimes, Console::out);
  }

  /** The same, to another stream than the standard output. */
  public LossMonitor(int perPrintTimes, PrintStream out) {
    this(perPrintTimes, () -> out);
  }

  private LossMonitor(int perPrintTimes, Supplier<PrintStream> out) {
    if (perPrintTimes < 0) {
      throw new ArgumentException(
          "LossMonitor: perPrintTimes must not be negative, got " + perPrintTimes);
    }
    this.perPrintTimes = perPrintTimes;
    this.out = out;
  }

  /** The step that was printed last. */
  @Override
  public Map<String, Object> state() {
    return Map.of("last_printed", lastPrinted);
  }

  @Override
  public void restoreState(Map<String, Object> state) {
    lastPrinted = CallbackStates.number("LossMonitor", state, "last_printed");
  }

  @Override
  public void onTrainBegin(RunContext context) {
    lastPrinted = 0;
  }

  @Override
  public void onTrainStepEnd(RunContext context) {
    InternalCallbackParam args = context.originalArgs();
    double loss = args.loss();
    if (!Double.isFinite(loss)) {
      throw new TensorException(
          Messages.of("LossMonitor: the loss is not finite, training ends")
              .line("loss ", PythonText.of(loss))
              .line("epoch", args.curEpochNum())
              .line("step ", args.curStepInEpoch())
              .hint("lower the learning rate, clip gradients, or look for wrong inputs")
              .text());
    }
    if (perPrintTimes != 0 && args.curStepNum() - lastPrinted >= perPrintTimes) {
      lastPrinted = args.curStepNum();
      print(
          "epoch: "
              + args.curEpochNum()
              + " step: "
              + args.curStepInEpoch()
              + ", loss is "
              + PythonText.of(loss));
    }
  }

  @Override
  public void onTrainEpochEnd(RunContext context) {
    InternalCallbackParam args = context.originalArgs();
    if (!args.metrics().isEmpty()) {
      print("Eval result: epoch " + args.curEpochNum() + ", metrics: " + args.metrics());
    }
  }

  private void print(String line) {
    PrintStream stream = out.get();
    stream.println(line);
    stream.flush();
  }
}
