package dev.mycel.junit;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Pair;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Buffer;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Cell2;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.WithLossCell;
import dev.mycel.optim.Adam;
import dev.mycel.optim.TrainOneStepCell;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Trains for a moment and looks at the losses. */
final class Learning {
  static final int ONE_BATCH_STEPS = 300;
  private static final double ONE_BATCH_RATE = 0.01;
  private static final double ONE_BATCH_SHARE = 0.1;
  private static final int SHOWN = 8;

  private Learning() {}

  static <I> void lossFalls(Function<I, Tensor> step, Iterable<I> batches, int steps) {
    if (steps < 2) {
      throw new ArgumentException("assertLossFalls: at least 2 steps are needed, got " + steps);
    }
    double[] losses = new double[steps];
    Iterator<I> next = batches.iterator();
    for (int i = 0; i < steps; i++) {
      if (!next.hasNext()) {
        next = batches.iterator();
        if (!next.hasNext()) {
          throw new ArgumentException("assertLossFalls: there is no batch");
        }
      }
      losses[i] = loss("assertLossFalls", step, next.next(), i);
    }
    int window = Math.max(1, steps / 10);
    double first = Arrays.stream(losses, 0, window).average().orElseThrow();
    double last = Arrays.stream(losses, steps - window, steps).average().orElseThrow();
    if (!(last < first)) {
      String mean = window == 1 ? "" : "mean of " + window + " steps: ";
      throw new AssertionError(
          Messages.of("assertLossFalls: the loss does not fall in " + steps + " steps")
              .line("first ", mean + first)
              .line("last  ", mean + last)
              .line("losses", sampled(losses))
              .hint("is the network in training mode, and does the optimiser have its parameters?")
              .text());
    }
  }

  private static <I> double loss(String op, Function<I, Tensor> step, I batch, int number) {
    try (Scope scope = Scope.open()) {
      double loss = step.apply(batch).mean().item();
      if (!Double.isFinite(loss)) {
        throw new AssertionError(op + ": the loss of step " + (number + 1) + " is " + loss);
      }
      return loss;
    }
  }

  /** Losses at even distances, the first and the last among them. */
  private static String sampled(double[] losses) {
    int shown = Math.min(SHOWN, losses.length);
    List<String> picked = new ArrayList<>();
    for (int i = 0; i < shown; i++) {
      picked.add(String.valueOf((float) losses[i * (losses.length - 1) / (shown - 1)]));
    }
    return String.join(" ", picked);
  }

  static <I, P, T> void oneBatch(
      Cell<I, P> network, Cell2<P, T, Tensor> loss, Pair<I, T> batch, int steps) {
    List<Parameter> trained = network.trainableParams();
    if (trained.isEmpty()) {
      throw new AssertionError(
          "assertTrainableOnOneBatch: " + network.clsName() + " has no trainable parameter");
    }
    boolean training = network.training();
    Map<Parameter, Parameter> before = new LinkedHashMap<>();
    network.getParameters().forEach(p -> before.put(p, p.initData().copy()));
    Map<Buffer, Buffer> buffers = new LinkedHashMap<>();
    network.buffers().forEach(b -> buffers.put(b, b.copy()));
    try {
      network.setTrain(true);
      TrainOneStepCell<Pair<I, T>> step =
          new TrainOneStepCell<>(
              new WithLossCell<>(network, loss), new Adam(trained, ONE_BATCH_RATE));
      requireFall(step, batch, steps);
      requireAllMoved(trained, before);
    } finally {
      try (Scope scope = Scope.open()) {
        before.forEach((weight, kept) -> weight.assign(kept.value()));
        buffers.forEach((buffer, kept) -> buffer.assign(kept.value()));
      }
      network.setTrain(training);
    }
  }

  private static <I> void requireFall(Function<I, Tensor> step, I batch, int steps) {
    String op = "assertTrainableOnOneBatch";
    double first = loss(op, step, batch, 0);
    double last = first;
    for (int i = 1; i <= steps && last > ONE_BATCH_SHARE * first; i++) {
      last = loss(op, step, batch, i);
    }
    if (last > ONE_BATCH_SHARE * first) {
      throw new AssertionError(
          Messages.of(op + ": the network cannot learn one batch by heart")
              .line("first loss", first)
              .line("last loss ", last + " after " + steps + " steps")
              .hint("the last should be a tenth of the first; do gradients reach every layer?")
              .text());
    }
  }

  private static void requireAllMoved(List<Parameter> trained, Map<Parameter, Parameter> before) {
    List<Parameter> still = new ArrayList<>();
    try (Scope scope = Scope.open()) {
      for (Parameter weight : trained) {
        Parameter kept = before.get(weight);
        if (kept != null && weight.value().sameAs(kept.value())) {
          still.add(weight);
        }
      }
    }
    if (!still.isEmpty()) {
      throw new AssertionError(
          Messages.of("assertTrainableOnOneBatch: parameters did not change")
              .line("still", still.stream().map(Parameter::name).collect(Collectors.joining(" ")))
              .hint("they get no gradient: use them in construct, or freeze them")
              .text());
    }
  }
}
