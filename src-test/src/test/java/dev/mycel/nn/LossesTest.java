package dev.mycel.nn;

import static dev.mycel.junit.MycelAssertions.assertGradients;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.loss.BCELoss;
import dev.mycel.nn.loss.BCEWithLogitsLoss;
import dev.mycel.nn.loss.CrossEntropyLoss;
import dev.mycel.nn.loss.HuberLoss;
import dev.mycel.nn.loss.L1Loss;
import dev.mycel.nn.loss.LossBase;
import dev.mycel.nn.loss.MSELoss;
import dev.mycel.nn.loss.NLLLoss;
import dev.mycel.nn.loss.RMSELoss;
import dev.mycel.nn.loss.SmoothL1Loss;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import java.util.List;
import org.junit.jupiter.api.Test;

@MycelTest
class LossesTest {
  private static final Tensor LOGITS = Tensor.of(new float[] {1, 2, 3, 3, 1, 0}, 2, 3);
  private static final Tensor LABELS = Tensor.of(new int[] {2, 1}, 2);

  @Test
  void aLabelThatIsNoClassIsNamedOnEveryPath() {
    for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64)) {
      Tensor logits = Ops.zeros(Shape.of(2, 3), dtype);
      for (int wrong : new int[] {-1, 3}) {
        Tensor labels = Tensor.of(new int[] {1, wrong});
        ArgumentException e =
            assertThrows(ArgumentException.class, () -> Ops.softmaxCrossEntropy(logits, labels));
        assertTrue(e.getMessage().contains("label    " + wrong), e.getMessage());
        CrossEntropyLoss loss = new CrossEntropyLoss();
        e = assertThrows(ArgumentException.class, () -> loss.call(logits, labels));
        assertTrue(e.getMessage().contains("label    " + wrong), e.getMessage());
      }
    }
  }

  @Test
  void regressionLossesHaveTheirDefaults() {
    Tensor x = Tensor.of(new float[] {0, 2, 4}, 3);
    Tensor y = Tensor.of(new float[] {0.5f, 2, 1}, 3);
    assertEquals((0.25 + 9) / 3, new MSELoss().call(x, y).item(), 1e-6);
    assertEquals(3.5 / 3, new L1Loss().call(x, y).item(), 1e-6);
    assertEquals(Math.sqrt((0.25 + 9) / 3), new RMSELoss().call(x, y).item(), 1e-6);
    assertEquals(Shape.of(3), new SmoothL1Loss().call(x, y).shape());
    assertEquals(0.125 + 2.5, new SmoothL1Loss(Reduction.SUM).call(x, y).item(), 1e-6);
    assertEquals((0.125 + 2.5) / 3, new HuberLoss().call(x, y).item(), 1e-6);
    assertThrows(ArgumentException.class, () -> new HuberLoss(Reduction.MEAN, 0));
  }

  @Test
  void sparseAndDenseCrossEntropyAgree() {
    Tensor hot = LABELS.oneHot(3).cast(DType.FLOAT32);
    Tensor sparse = new SoftmaxCrossEntropyWithLogits(true).call(LOGITS, LABELS);
    Tensor dense = new SoftmaxCrossEntropyWithLogits().call(LOGITS, hot);
    Tensor cross = new CrossEntropyLoss(Reduction.NONE).call(LOGITS, LABELS);
    assertEquals(Shape.of(2), sparse.shape());
    assertTrue(sparse.allClose(dense));
    assertTrue(sparse.allClose(cross));
    Tensor nll = new NLLLoss(Reduction.NONE).call(LOGITS.logSoftmax(1), LABELS);
    assertTrue(sparse.allClose(nll));
  }

  @Test
  void theMeanDividesByTheWeightsOfTheLabels() {
    Tensor weight = Tensor.of(new float[] {1, 5, 2}, 3);
    Tensor each = new CrossEntropyLoss(Reduction.NONE).call(LOGITS, LABELS);
    double expected = (2 * each.at(0).item() + 5 * each.at(1).item()) / 7;
    Tensor loss = CrossEntropyLoss.builder().weight(weight).build().call(LOGITS, LABELS);
    assertEquals(expected, loss.item(), 1e-6);
  }

  @Test
  void ignoredLabelsCountNowhere() {
    Tensor labels = Tensor.of(new int[] {2, -100}, 2);
    Tensor each = new CrossEntropyLoss(Reduction.NONE).call(LOGITS, labels);
    assertEquals(0, each.at(1).item());
    assertEquals(each.at(0).item(), new CrossEntropyLoss().call(LOGITS, labels).item(), 1e-6);
    Tensor grad = Autograd.grad(new CrossEntropyLoss()).call(LOGITS, labels);
    assertEquals(0, grad.at(1).abs().sum().item());
  }

  @Test
  void smoothingSpreadsOverAllClasses() {
    Tensor smooth = CrossEntropyLoss.builder().labelSmoothing(0.3).build().call(LOGITS, LABELS);
    Tensor target = LABELS.oneHot(3).cast(DType.FLOAT32).mul(0.7).add(0.1);
    assertEquals(new CrossEntropyLoss().call(LOGITS, target).item(), smooth.item(), 1e-6);
    assertThrows(ArgumentException.class, () -> CrossEntropyLoss.builder().labelSmoothing(1.1));
  }

  @Test
  void aSingleVectorOfLogitsIsOnePrediction() {
    Tensor loss = new CrossEntropyLoss().call(LOGITS.at(0), Ops.scalar(2, DType.INT32));
    assertEquals(
        new CrossEntropyLoss(Reduction.NONE).call(LOGITS, LABELS).at(0).item(), loss.item(), 1e-6);
  }

  @Test
  void logitsMayHaveFurtherAxes() {
    Tensor logits = Ops.arange(0, 24, 1, DType.FLOAT32).reshape(2, 3, 4);
    Tensor labels = Ops.zeros(Shape.of(2, 4), DType.INT64);
    assertEquals(Shape.of(2, 4), new CrossEntropyLoss(Reduction.NONE).call(logits, labels).shape());
  }

  @Test
  void wrongLabelsAreRefused() {
    assertThrows(
        ShapeException.class,
        () -> new CrossEntropyLoss().call(LOGITS, Tensor.of(new int[] {1, 2, 0}, 3)));
    assertThrows(
        DTypeException.class,
        () -> new SoftmaxCrossEntropyWithLogits(true).call(LOGITS, Ops.zeros(2)));
    assertThrows(
        ShapeException.class,
        () -> CrossEntropyLoss.builder().weight(Ops.ones(2)).build().call(LOGITS, LABELS));
    assertThrows(ShapeException.class, () -> new HuberLoss().call(Ops.zeros(2), Ops.zeros(2, 1)));
  }

  @Test
  void binaryCrossEntropyFromLogitsNeverOverflows() {
    Tensor x = Tensor.of(new float[] {-300, 0, 300, 1}, 4);
    Tensor y = Tensor.of(new float[] {0, 1, 1, 0}, 4);
    Tensor each = new BCEWithLogitsLoss(Reduction.NONE).call(x, y);
    double softplus = Math.log1p(Math.exp(1));
    Tensor expected = Tensor.of(new float[] {0, (float) Math.log(2), 0, (float) softplus}, 4);
    assertTrue(each.allClose(expected), each.toString());
    Tensor grad = Autograd.grad(new BCEWithLogitsLoss(Reduction.SUM)).call(x, y);
    assertEquals(-0.5, grad.at(1).item(), 1e-6);
    Tensor p = x.sigmoid().at(3).expandDims(0);
    assertEquals(softplus, new BCELoss().call(p, Ops.zeros(1)).item(), 1e-5);
  }

  /** A loss as a user writes it. */
  private static final class Cubic extends LossBase {
    Cubic(Reduction reduction) {
      super(reduction);
    }

    @Override
    protected Tensor construct(Tensor x, Tensor y) {
      return getLoss(x.sub(y).abs().pow(3), Ops.ones(2).mul(0.5));
    }
  }

  @Test
  void ownLossesReduceAsTheyAreTold() {
    Tensor x = Tensor.of(new float[] {1, 2}, 2);
    assertEquals(4.5, new Cubic(Reduction.SUM).call(x, Ops.zeros(2)).item(), 1e-6);
    assertEquals(2.25, new Cubic(Reduction.MEAN).call(x, Ops.zeros(2)).item(), 1e-6);
    assertThrows(ArgumentException.class, () -> Reduction.of("average"));
  }

  @Test
  void labelsThatAreNoClassAreRefused() {
    Tensor x = Ops.ones(2, 3);
    for (int wrong : new int[] {-1, -3, 3}) {
      Tensor labels = Tensor.of(new int[] {0, wrong}, 2);
      assertThrows(ArgumentException.class, () -> new CrossEntropyLoss().call(x, labels));
      assertThrows(ArgumentException.class, () -> new NLLLoss().call(x, labels));
    }
    Tensor ignored = Tensor.of(new int[] {0, -100}, 2);
    assertEquals(Math.log(3), new CrossEntropyLoss().call(x, ignored).item(), 1e-6);
  }

  @Test
  void lossesHaveTheGradientsOfTheirFormulas() {
    Tensor x = Tensor.of(new float[][] {{0.3f, -1.2f}, {0.9f, 2.1f}});
    Tensor y = Tensor.of(new float[][] {{1.1f, 0.4f}, {-0.6f, 1.5f}});
    for (LossBase loss :
        List.of(new MSELoss(), new L1Loss(), new RMSELoss(), new SmoothL1Loss(), new HuberLoss())) {
      assertGradients(2, loss, x, y);
    }
    Tensor share = y.sigmoid();
    assertGradients(2, new BCEWithLogitsLoss(), x, share);
    assertGradients(2, new BCELoss(), x.sigmoid(), share);
    assertGradients(2, new CrossEntropyLoss(), LOGITS, LABELS);
  }
}
