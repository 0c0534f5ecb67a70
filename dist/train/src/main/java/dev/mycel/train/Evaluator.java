package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import dev.mycel.core.Tree;
import dev.mycel.core.Triple;
import dev.mycel.nn.Cell;
import dev.mycel.train.metrics.Loss;
import dev.mycel.train.metrics.Metric;
import dev.mycel.train.metrics.Metrics;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs the evaluation network and hands its outputs to the metrics. */
final class Evaluator {
  static final String EVAL_LOSS = "eval_loss";

  private final Cell<?, ?> network;
  private final int @Nullable [] indexes;
  private final Metrics metrics;
  private final boolean withLoss;
  private final Loss loss = new Loss();

  /**
   * An evaluator.
   *
   * @param indexes which outputs are loss, prediction and label; null gives all to every metric
   * @param withLoss whether the network takes data and labels, and gives loss, outputs and labels
   */
  Evaluator(Cell<?, ?> network, int @Nullable [] indexes, Metrics metrics, boolean withLoss) {
    this.network = network;
    this.indexes = indexes;
    this.metrics = metrics;
    this.withLoss = withLoss;
  }

  Cell<?, ?> network() {
    return network;
  }

  void clear() {
    loss.clear();
    metrics.byName().values().forEach(Metric::clear);
  }

  /** Runs a batch and returns what the network gave. */
  Object run(String op, Object batch) {
    Object input =
        withLoss ? Batches.dataAndLabels(op, batch) : Batches.inputOf(op, network, batch);
    return call(network, input);
  }

  /** Hands the outputs to the metrics. */
  void update(String op, Object outputs) {
    Tensor[] all =
        withLoss ? lossPredictionLabel(op, outputs) : Tree.tensors(outputs).toArray(Tensor[]::new);
    int[] places = indexes;
    if (places == null) {
      metrics.byName().values().forEach(metric -> metric.update(all));
      return;
    }
    for (int place : places) {
      if (place >= all.length) {
        throw new ArgumentException(
            Messages.of(op + ": the evaluation network has too few outputs for the indexes")
                .line("indexes", Arrays.toString(places))
                .line("outputs", all.length)
                .text());
      }
    }
    loss.update(all[places[0]]);
    for (Metric<?> metric : metrics.byName().values()) {
      if (metric instanceof Loss) {
        metric.update(all[places[0]]);
      } else {
        metric.update(all[places[1]], all[places[2]]);
      }
    }
  }

  private static Tensor[] lossPredictionLabel(String op, Object outputs) {
    Triple<?, ?, ?> triple = (Triple<?, ?, ?>) outputs;
    return new Tensor[] {
      single(op, "loss", triple.first()),
      single(op, "prediction", triple.second()),
      single(op, "label", triple.third())
    };
  }

  private static Tensor single(String op, String what, Object tree) {
    List<Tensor> tensors = Tree.tensors(tree);
    if (tensors.size() != 1) {
      throw new ArgumentException(
          Messages.of(op + ": metrics take one tensor as " + what)
              .line("given", tensors.size())
              .hint("Model.builder(net).evalNetwork(cell) says what metrics take")
              .text());
    }
    return tensors.get(0);
  }

  /** The results under the metrics' names. */
  EvalResults results() {
    Map<String, Object> byName = new LinkedHashMap<>();
    metrics.byName().forEach((name, metric) -> byName.put(name, metric.eval()));
    return new EvalResults(byName);
  }

  /** The results with the loss as {@code eval_loss}: what callbacks monitor. */
  EvalResults monitored(EvalResults results) {
    Map<String, Object> byName = new LinkedHashMap<>();
    results.forEach((name, value) -> byName.put(name.equals("loss") ? EVAL_LOSS : name, value));
    if (indexes != null) {
      byName.putIfAbsent(EVAL_LOSS, loss.eval());
    }
    return new EvalResults(byName);
  }

  @SuppressWarnings("unchecked") // batches come untyped; a wrong one fails in the cell
  static Object call(Cell<?, ?> cell, Object input) {
    return ((Cell<Object, Object>) cell).call(input);
  }
}
