package dev.mycel.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mycel.core.DType;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.junit.MycelTest;
import dev.mycel.train.metrics.AUC;
import dev.mycel.train.metrics.Accuracy;
import dev.mycel.train.metrics.ConfusionMatrix;
import dev.mycel.train.metrics.CosineSimilarity;
import dev.mycel.train.metrics.Dice;
import dev.mycel.train.metrics.EvalType;
import dev.mycel.train.metrics.F1;
import dev.mycel.train.metrics.Fbeta;
import dev.mycel.train.metrics.Loss;
import dev.mycel.train.metrics.MAE;
import dev.mycel.train.metrics.MSE;
import dev.mycel.train.metrics.Metrics;
import dev.mycel.train.metrics.Perplexity;
import dev.mycel.train.metrics.Precision;
import dev.mycel.train.metrics.ROC;
import dev.mycel.train.metrics.Recall;
import dev.mycel.train.metrics.TopKCategoricalAccuracy;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Metrics against numbers computed by hand. */
@MycelTest
class MetricsTest {
  private static final double EPS = 1e-6;

  /** Best classes 1, 0, 0. */
  private final Tensor scores = Tensor.of(new float[][] {{0.2f, 0.5f}, {0.3f, 0.1f}, {0.9f, 0.6f}});

  private final Tensor labels = ints(1, 0, 1);
  private final Tensor oneHot = Tensor.of(new float[][] {{0, 1}, {1, 0}, {0, 1}});
  private final Tensor marks = Tensor.of(new float[][] {{1, 0, 1}, {0, 1, 1}});
  private final Tensor marksRight = Tensor.of(new float[][] {{1, 0, 1}, {0, 0, 1}});

  private static Tensor ints(int... values) {
    return Tensor.of(values, values.length);
  }

  @Test
  void accuracyIsTheShareOfRightPredictions() {
    assertEquals(2.0 / 3, new Accuracy().call(scores, labels), EPS);
    assertEquals(2.0 / 3, new Accuracy().call(scores, oneHot), EPS);
  }

  @Test
  void accuracyAddsBatchesUp() {
    Accuracy accuracy = new Accuracy();
    accuracy.clear();
    accuracy.update(scores, labels);
    accuracy.update(Tensor.of(new float[][] {{1, 0}}), ints(0));
    assertEquals(3.0 / 4, accuracy.eval(), EPS);
    accuracy.clear();
    accuracy.update(Tensor.of(new float[][] {{1, 0}}), ints(1));
    assertEquals(0, accuracy.eval(), EPS);
  }

  @Test
  void accuracyOfPlacesTakesClassesFromTheSecondAxis() {
    // [N = 1, C = 2, 3 places]: best classes 0, 1, 1.
    Tensor places = Tensor.of(new float[][][] {{{3, 1, 0}, {1, 2, 5}}});
    assertEquals(2.0 / 3, new Accuracy().call(places, Tensor.of(new int[][] {{0, 1, 0}})), EPS);
  }

  @Test
  void multilabelAccuracyCountsWholeRows() {
    assertEquals(0.5, new Accuracy(EvalType.MULTILABEL).call(marks, marksRight), EPS);
  }

  @Test
  void lossIsTheMeanOfTheBatchesLosses() {
    Loss loss = new Loss();
    loss.clear();
    loss.update(Tensor.of(0.5f));
    loss.update(Tensor.of(new float[] {1, 3}, 2));
    assertEquals(1.25, loss.eval(), EPS);
  }

  @Test
  void errorsAreSumsDividedByTheNumberOfSamples() {
    Tensor found = Tensor.of(new float[] {0.1f, 0.2f, 0.6f, 0.9f}, 4);
    Tensor right = Tensor.of(new float[] {0.1f, 0.25f, 0.7f, 0.9f}, 4);
    assertEquals(0.0375, new MAE().call(found, right), EPS);
    assertEquals(0.003125, new MSE().call(found, right), EPS);
    Tensor wide = Tensor.of(new float[][] {{1, -2}, {3, 4}});
    Tensor zeros = Tensor.of(new float[2][2]);
    assertEquals(5, new MAE().call(wide, zeros), EPS);
    assertEquals(15, new MSE().call(wide, zeros), EPS);
  }

  @Test
  void precisionAndRecallAreSharesByClass() {
    assertArrayEquals(new double[] {0.5, 1}, new Precision().call(scores, labels), EPS);
    assertArrayEquals(new double[] {1, 0.5}, new Recall().call(scores, labels), EPS);
    Precision precision = new Precision();
    precision.call(scores, oneHot);
    assertEquals(0.75, precision.average(), EPS);
  }

  @Test
  void aClassThatIsNeverPredictedHasPrecisionZero() {
    Tensor three = Tensor.of(new float[][] {{1, 0, 0}, {1, 0, 0}});
    assertArrayEquals(new double[] {0.5, 0, 0}, new Precision().call(three, ints(0, 2)), EPS);
    assertArrayEquals(new double[] {1, 0, 0}, new Recall().call(three, ints(0, 2)), EPS);
    assertArrayEquals(new double[] {2.0 / 3, 0, 0}, new F1().call(three, ints(0, 2)), EPS);
  }

  @Test
  void multilabelPrecisionIsBySample() {
    assertArrayEquals(
        new double[] {1, 0.5}, new Precision(EvalType.MULTILABEL).call(marks, marksRight), EPS);
    assertArrayEquals(
        new double[] {1, 1}, new Recall(EvalType.MULTILABEL).call(marks, marksRight), EPS);
  }

  @Test
  void f1IsTheHarmonicMeanAndFbetaWeighsRecall() {
    assertArrayEquals(new double[] {2.0 / 3, 2.0 / 3}, new F1().call(scores, labels), EPS);
    // (1 + 4) p r / (4 p + r): 2.5 / 3 and 2.5 / 4.5.
    double[] expected = {5 * 0.5 / 3, 5 * 0.5 / 4.5};
    assertArrayEquals(expected, new Fbeta(2).call(scores, labels), EPS);
  }

  @Test
  void topKCountsTheHighestScores() {
    Tensor five =
        Tensor.of(
            new float[][] {
              {0.2f, 0.5f, 0.3f, 0.6f, 0.2f},
              {0.1f, 0.35f, 0.5f, 0.2f, 0},
              {0.9f, 0.6f, 0.2f, 0.01f, 0.3f}
            });
    assertEquals(2.0 / 3, new TopKCategoricalAccuracy(3).call(five, ints(2, 0, 1)), EPS);
    assertEquals(0, TopKCategoricalAccuracy.top1().call(five, ints(2, 0, 1)), EPS);
    assertEquals(1, TopKCategoricalAccuracy.top5().call(five, ints(2, 0, 1)), EPS);
    Tensor rows = Tensor.of(new float[][] {{0, 0, 1, 0, 0}, {1, 0, 0, 0, 0}, {0, 1, 0, 0, 0}});
    assertEquals(2.0 / 3, new TopKCategoricalAccuracy(3).call(five, rows), EPS);
  }

  @Test
  void ofEqualScoresTheFirstIsHigher() {
    Tensor equal = Tensor.of(new float[][] {{1, 1, 1}, {1, 1, 1}});
    assertEquals(0.5, TopKCategoricalAccuracy.top1().call(equal, ints(0, 1)), EPS);
  }

  @Test
  void theConfusionMatrixHasLabelsAsRows() {
    assertArrayEquals(
        new double[][] {{1, 0, 0}, {0, 1, 1}, {0, 0, 1}},
        new ConfusionMatrix(3).call(ints(0, 1, 2, 2), ints(0, 1, 1, 2)));
    assertArrayEquals(
        new double[][] {{1, 0, 0}, {0, 0.5, 0.5}, {0, 0, 1}},
        normalized(ConfusionMatrix.Normalize.TARGET));
    assertArrayEquals(
        new double[][] {{1, 0, 0}, {0, 1, 0.5}, {0, 0, 0.5}},
        normalized(ConfusionMatrix.Normalize.PREDICTION));
    assertArrayEquals(
        new double[][] {{0.25, 0, 0}, {0, 0.25, 0.25}, {0, 0, 0.25}},
        normalized(ConfusionMatrix.Normalize.ALL));
  }

  private static double[][] normalized(ConfusionMatrix.Normalize by) {
    return new ConfusionMatrix(3, by, 0.5).call(ints(0, 1, 2, 2), ints(0, 1, 1, 2));
  }

  @Test
  void theConfusionMatrixTakesScoresAndThresholds() {
    assertArrayEquals(new double[][] {{1, 0}, {1, 1}}, new ConfusionMatrix(2).call(scores, labels));
    Tensor likely = Tensor.of(new float[] {0.4f, 0.6f, 0.5f}, 3);
    assertArrayEquals(
        new double[][] {{2, 0}, {0, 1}}, new ConfusionMatrix(2).call(likely, ints(0, 1, 0)));
  }

  @Test
  void perplexityIsTheRootOfTheProductOfProbabilities() {
    // (0.5 * 0.3 * 0.6) ^ (-1/3)
    assertEquals(Math.pow(0.09, -1.0 / 3), new Perplexity().call(scores, labels), EPS);
    // Without the label 0: (0.5 * 0.6) ^ (-1/2); -1 is no class and is left out as well.
    assertEquals(Math.pow(0.3, -0.5), new Perplexity(0).call(scores, labels), EPS);
    assertEquals(Math.pow(0.5, -1), new Perplexity(-1).call(scores, ints(1, -1, -1)), EPS);
    Perplexity batches = new Perplexity();
    batches.update(scores, labels);
    batches.update(Tensor.of(new float[][][] {{{1, 0}, {0, 1}}}), Tensor.of(new int[][] {{0, 1}}));
    assertEquals(Math.pow(0.09, -1.0 / 5), batches.eval(), EPS);
    // A probability of zero counts as 1e-10.
    Tensor never = Tensor.of(new float[][] {{0, 1}});
    assertEquals(1e10, new Perplexity().call(never, ints(0)), 1);
  }

  @Test
  void perplexityRefusesScoresAndLabelsThatAreNone() {
    Tensor logits = Tensor.of(new float[][] {{2, -1}});
    assertThrows(TensorException.class, () -> new Perplexity().call(logits, ints(0)));
    assertThrows(TensorException.class, () -> new Perplexity().call(scores, ints(0, 1, 2)));
    assertThrows(TensorException.class, () -> new Perplexity(0).call(scores, ints(0, 0, 0)));
    assertThrows(ShapeException.class, () -> new Perplexity().call(scores, ints(0, 1)));
  }

  @Test
  void diceIsTheMeanOfTheSamplesOverlaps() {
    // 2 * 0.5 / (0.29 + 1), 2 * 0.3 / (0.1 + 1), 2 * 0.6 / (1.17 + 1)
    double expected = (1 / 1.29 + 0.6 / 1.1 + 1.2 / 2.17) / 3;
    assertEquals(expected, new Dice().call(scores, oneHot), 1e-5);
    assertEquals(1, new Dice(1e-9).call(oneHot, oneHot), EPS);
    assertEquals(0, new Dice().call(oneHot, oneHot.neg().add(1)), EPS);
    Dice single = new Dice(0.5);
    single.update(Tensor.of(new float[][] {{1, 1}}), Tensor.of(new float[][] {{1, 0}}));
    single.update(Tensor.of(new float[][] {{0, 0}}), Tensor.of(new float[][] {{0, 0}}));
    assertEquals(2 / 3.5 / 2, single.eval(), EPS);
    assertThrows(TensorException.class, () -> new Dice(0));
  }

  @Test
  void cosinesAreBetweenAllSamplesOfAllBatches() {
    Tensor first = Tensor.of(new float[][] {{3, 4}, {4, 3}});
    Tensor second = Tensor.of(new float[][] {{0, -2}});
    CosineSimilarity cosine = new CosineSimilarity();
    cosine.update(first);
    cosine.update(second);
    double[][] expected = {{0, 0.96, -0.8}, {0.96, 0, -0.6}, {-0.8, -0.6, 0}};
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(expected[i], cosine.eval()[i], EPS);
    }
    assertArrayEquals(new double[] {0.16, 0.36, -1.4}, cosine.sum(), EPS);
    assertArrayEquals(new double[] {0.16 / 3, 0.12, -1.4 / 3}, cosine.mean(), EPS);
    double[][] products = new CosineSimilarity(false, false).call(first);
    assertArrayEquals(new double[] {25, 24}, products[0], EPS);
    assertArrayEquals(new double[] {24, 25}, products[1], EPS);
    assertThrows(ShapeException.class, () -> cosine.update(Tensor.of(new float[][] {{1, 2, 3}})));
  }

  @Test
  void theRocCurveHasAPointForEachScore() {
    // In falling order: 0.55 and 0.28 negative, 0.15 positive, 0.05 negative.
    Tensor found = Tensor.of(new double[] {0.28, 0.55, 0.15, 0.05}, 4);
    List<ROC.Curve> curves = new ROC().call(found, ints(0, 0, 1, 0));
    assertEquals(1, curves.size());
    ROC.Curve curve = curves.get(0);
    assertEquals(List.of(0.0, 1.0 / 3, 2.0 / 3, 2.0 / 3, 1.0), curve.fpr());
    assertEquals(List.of(0.0, 0.0, 0.0, 1.0, 1.0), curve.tpr());
    assertEquals(List.of(1.55, 0.55, 0.28, 0.15, 0.05), curve.thresholds());
    assertEquals(1.0 / 3, curve.auc(), EPS);
    assertEquals(1.0 / 3, new AUC().call(found, ints(0, 0, 1, 0)), EPS);
  }

  @Test
  void theAreaIsTheShareOfPairsInOrderAndEqualScoresCountHalf() {
    // Positives 3, 1; negatives 1, 0: of four pairs three are in order and one is equal.
    Tensor found = Tensor.of(new float[] {3, 1, 1, 0}, 4);
    assertEquals(3.5 / 4, new AUC().call(found, ints(1, 1, 0, 0)), EPS);
    AUC batches = new AUC();
    batches.update(Tensor.of(new float[] {3, 0}, 2), ints(1, 0));
    batches.update(Tensor.of(new float[] {1, 1}, 2), ints(1, 0));
    assertEquals(3.5 / 4, batches.eval(), EPS);
  }

  @Test
  void ofSeveralClassesEachIsAgainstTheRest() {
    // Class 0: positive 0.2 against 0.3 and 0.9; class 1: positives 0.5, 0.6 against 0.1.
    List<ROC.Curve> curves = new ROC().call(scores, ints(1, 0, 1));
    assertEquals(2, curves.size());
    assertEquals(0.5, curves.get(0).auc(), EPS);
    assertEquals(1, curves.get(1).auc(), EPS);
    assertEquals(0.75, new AUC().call(scores, oneHot), EPS);
    // [N = 1, C = 2, 2, 2]: the places of scores and labels belong together.
    Tensor places = Tensor.of(new float[] {1, 2, 3, 4, 4, 3, 2, 1}, 1, 2, 2, 2);
    assertEquals(1, new AUC().call(places, Tensor.of(new int[] {1, 1, 0, 0}, 1, 2, 2)), EPS);
    assertEquals(0.75, new AUC().call(places, Tensor.of(new int[] {1, 0, 1, 0}, 1, 2, 2)), EPS);
  }

  @Test
  void aCurveNeedsBothKindsOfLabels() {
    Tensor found = Tensor.of(new float[] {1, 2}, 2);
    assertThrows(TensorException.class, () -> new ROC().call(found, ints(1, 1)));
    assertThrows(TensorException.class, () -> new ROC().call(found, ints(0, 0)));
    assertThrows(TensorException.class, () -> new ROC().call(found, ints(0, 2)));
    Tensor nan = Tensor.of(new float[] {1, Float.NaN}, 2);
    assertThrows(TensorException.class, () -> new AUC().call(nan, ints(0, 1)));
  }

  @Test
  void indexesChooseAmongInputs() {
    Accuracy accuracy = new Accuracy();
    accuracy.setIndexes(2, 0);
    assertEquals(2.0 / 3, accuracy.call(labels, Tensor.of(1f), scores), EPS);
  }

  @Test
  void nothingSeenAndWrongShapesAreErrors() {
    assertThrows(TensorException.class, () -> new Accuracy().eval());
    assertThrows(ShapeException.class, () -> new Accuracy().call(scores, ints(1, 0)));
    Precision precision = new Precision();
    precision.update(scores, labels);
    assertThrows(
        ShapeException.class,
        () -> precision.update(Tensor.of(new float[][] {{1, 2, 3}}), ints(0)));
    assertEquals(Shape.of(3, 2), scores.shape());
  }

  @Test
  void everyNameMakesItsMetric() {
    Metrics all =
        Metrics.of(
            "accuracy",
            "acc",
            "precision",
            "recall",
            "F1",
            "loss",
            "mae",
            "mse",
            "perplexity",
            "dice",
            "roc",
            "auc",
            "cosine_similarity",
            "top_1_accuracy",
            "top_5_accuracy");
    assertEquals(
        List.of(
            "Accuracy",
            "Accuracy",
            "Precision",
            "Recall",
            "F1",
            "Loss",
            "MAE",
            "MSE",
            "Perplexity",
            "Dice",
            "ROC",
            "AUC",
            "CosineSimilarity",
            "TopKCategoricalAccuracy",
            "TopKCategoricalAccuracy"),
        all.byName().values().stream().map(m -> m.getClass().getSimpleName()).toList());
  }

  @Test
  void halfTypesAreReadExactly() {
    assertEquals(2.0 / 3, new Accuracy().call(scores.cast(DType.BFLOAT16), labels), EPS);
  }
}
