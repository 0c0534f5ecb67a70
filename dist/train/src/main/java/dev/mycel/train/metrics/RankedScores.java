package dev.mycel.train.metrics;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Scores with labels, of one problem or of one for each class, and the curves they make. */
final class RankedScores {
  private record Scored(double score, boolean positive) {}

  private final Metric<?> metric;
  private final List<List<Scored>> problems = new ArrayList<>();

  RankedScores(Metric<?> metric) {
    this.metric = metric;
  }

  void clear() {
    problems.clear();
  }

  void add(Tensor[] inputs) {
    Inputs.requireCount(metric, inputs, 2);
    Tensor scores = inputs[0];
    Tensor labels = inputs[1];
    boolean oneHot = scores.rank() > 1 && scores.shape().equals(labels.shape());
    List<List<Scored>> more =
        scores.rank() < 2 || (oneHot && scores.dim(1) == 1)
            ? List.of(binary(scores, labels))
            : byClass(scores, labels);
    if (problems.isEmpty()) {
      more.forEach(p -> problems.add(new ArrayList<>()));
    } else if (problems.size() != more.size()) {
      throw new ShapeException(
          Messages.of(metric.name() + ": the number of classes changed")
              .line("before", problems.size())
              .line("now   ", more.size())
              .hint("clear() starts anew")
              .text());
    }
    for (int c = 0; c < more.size(); c++) {
      problems.get(c).addAll(more.get(c));
    }
  }

  private List<Scored> binary(Tensor scores, Tensor labels) {
    Inputs.requireSameShape(metric, scores, labels);
    double[] flat = scores.toDoubleArray();
    double[] right = labels.toDoubleArray();
    List<Scored> all = new ArrayList<>();
    for (int i = 0; i < flat.length; i++) {
      if (right[i] != 0 && right[i] != 1) {
        throw new ArgumentException(
            Messages.of(metric.name() + ": the labels of a binary problem are 0 or 1")
                .line("label", right[i])
                .hint("for several classes scores are [N, C]")
                .text());
      }
      all.add(new Scored(number(flat[i]), right[i] == 1));
    }
    return all;
  }

  private List<List<Scored>> byClass(Tensor scores, Tensor labels) {
    long[] right = Inputs.classes(metric, scores, labels);
    int classes = (int) scores.dim(1);
    double[] flat = scores.toDoubleArray();
    int places = scores.dim(0) == 0 ? 0 : right.length / (int) scores.dim(0);
    List<List<Scored>> all = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      List<Scored> one = new ArrayList<>();
      for (int i = 0; i < right.length; i++) {
        int at = (i / places * classes + c) * places + i % places;
        one.add(new Scored(number(flat[at]), right[i] == c));
      }
      all.add(one);
    }
    return all;
  }

  private double number(double score) {
    if (Double.isNaN(score)) {
      throw new ArgumentException(
          Messages.of(metric.name() + ": a score is no number")
              .hint("look for the first NaN in the predictions")
              .text());
    }
    return score;
  }

  List<ROC.Curve> curves() {
    List<ROC.Curve> curves = new ArrayList<>();
    for (int c = 0; c < problems.size(); c++) {
      curves.add(curve(c, problems.get(c)));
    }
    return curves;
  }

  private ROC.Curve curve(int number, List<Scored> scored) {
    long positives = scored.stream().filter(Scored::positive).count();
    long negatives = scored.size() - positives;
    if (positives == 0 || negatives == 0) {
      throw new TensorException(
          Messages.of(
                  metric.name()
                      + ": there is no "
                      + (positives == 0 ? "positive" : "negative")
                      + " label"
                      + (problems.size() > 1 ? " of class " + number : ""))
              .line("labels", scored.size())
              .hint("a curve needs both")
              .text());
    }
    List<Scored> falling = new ArrayList<>(scored);
    falling.sort(Comparator.comparingDouble(Scored::score).reversed());
    List<Double> fpr = new ArrayList<>(List.of(0.0));
    List<Double> tpr = new ArrayList<>(List.of(0.0));
    List<Double> thresholds = new ArrayList<>(List.of(falling.get(0).score() + 1));
    long found = 0;
    for (int i = 0; i < falling.size(); i++) {
      double score = falling.get(i).score();
      found += falling.get(i).positive() ? 1 : 0;
      boolean last = i + 1 == falling.size();
      if (last || falling.get(i + 1).score() != score) {
        fpr.add((double) (i + 1 - found) / negatives);
        tpr.add((double) found / positives);
        thresholds.add(score);
      }
    }
    return new ROC.Curve(fpr, tpr, thresholds);
  }
}
