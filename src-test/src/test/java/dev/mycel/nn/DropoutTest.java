package dev.mycel.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Random;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.layer.Dropout;
import dev.mycel.nn.layer.Dropout1d;
import dev.mycel.nn.layer.Dropout2d;
import dev.mycel.nn.layer.Dropout3d;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@MycelTest
class DropoutTest {
  private static final long SEED = 11;

  @BeforeEach
  void seed() {
    Random.setSeed(SEED);
    System.out.println("seed " + SEED);
  }

  private static Dropout training(Dropout dropout) {
    dropout.setTrain(true);
    return dropout;
  }

  @Test
  void inferenceAndZeroAreTheIdentity() {
    Tensor x = Ops.ones(8);
    assertTrue(Dropout.p(0.9).call(x).sameAs(x));
    assertTrue(training(Dropout.p(0)).call(x).sameAs(x));
  }

  @Test
  void theShareAndTheScaleAreRight() {
    int n = 100_000;
    for (double p : new double[] {0.1, 0.25, 0.5, 0.9}) {
      Tensor y = training(Dropout.p(p)).call(Ops.ones(n));
      double kept = y.gt(0).cast(DType.FLOAT32).mean().item();
      double sigma = Math.sqrt(p * (1 - p) / n);
      assertEquals(1 - p, kept, 4 * sigma, "p = " + p);
      assertEquals(1 / (1 - p), y.max().item(), 1e-5);
    }
  }

  @Test
  void keepProbIsOneMinusP() {
    Tensor y = training(Dropout.keepProb(0.9)).call(Ops.ones(10_000));
    assertEquals(0.9, y.gt(0).cast(DType.FLOAT32).mean().item(), 0.02);
    assertEquals("Dropout(keep_prob=0.9)", Dropout.keepProb(0.9).toString());
    assertEquals("Dropout(p=0.3)", Dropout.p(0.3).toString());
  }

  @Test
  void callsDifferAndTheSeedRepeatsThem() {
    Dropout dropout = training(Dropout.p(0.5));
    Tensor first = dropout.call(Ops.ones(64));
    Tensor second = dropout.call(Ops.ones(64));
    assertFalse(first.sameAs(second));
    Random.setSeed(SEED);
    assertTrue(first.sameAs(dropout.call(Ops.ones(64))));
    assertTrue(second.sameAs(dropout.call(Ops.ones(64))));
  }

  @Test
  void twoLayersAndTwoSeedsDropDifferently() {
    Tensor x = Ops.ones(64);
    Dropout one = training(Dropout.p(0.5));
    Dropout other = training(Dropout.p(0.5));
    Tensor first = one.call(x);
    assertFalse(first.sameAs(other.call(x)));
    Random.setSeed(SEED + 1);
    assertFalse(first.sameAs(one.call(x)));
  }

  /** Draws of other functions, with seeds of their own or without, do not move dropout. */
  @Test
  void dropoutHasASequenceOfItsOwn() {
    Tensor x = Ops.ones(64);
    Dropout dropout = training(Dropout.p(0.5));
    Tensor first = dropout.call(x);
    Random.setSeed(SEED);
    Random.uniform(x.shape(), 0, 1);
    Random.gamma(x.shape(), 1, 1, 9);
    assertTrue(first.sameAs(dropout.call(x)));
  }

  @Test
  void theGradientPassesWhereTheForwardDid() {
    Dropout dropout = training(Dropout.p(0.5));
    var r = Autograd.valueAndGrad(dropout).apply(Ops.ones(256));
    assertTrue(r.value().sameAs(r.grads()));
  }

  @Test
  void probabilitiesOutsideTheirRangeAreRefused() {
    for (double p : new double[] {-0.1, 1, Double.NaN}) {
      assertThrows(ArgumentException.class, () -> Dropout.p(p));
    }
    assertThrows(ArgumentException.class, () -> Dropout.keepProb(0));
  }

  @Test
  void channelsAreDroppedWhole() {
    Dropout2d dropout = new Dropout2d(0.25);
    Tensor x = Ops.ones(50, 40, 3, 5);
    assertTrue(dropout.call(x).sameAs(x), "inference is the identity");
    dropout.setTrain(true);
    Tensor y = dropout.call(x);
    Tensor first = y.narrow(2, 0, 1).narrow(3, 0, 1);
    assertTrue(y.sameAs(first.broadcastTo(50, 40, 3, 5)), "a channel is one number");
    assertEquals(0.75, first.gt(0).cast(DType.FLOAT32).mean().item(), 4 * Math.sqrt(0.1875 / 2000));
    assertEquals(4 / 3.0, y.max().item(), 1e-6);
    assertFalse(dropout.call(x).sameAs(y), "calls differ");
  }

  @Test
  void channelDropoutTakesBatchesAndSingleImages() {
    assertEquals(3, new Dropout1d().setTrain(true).call(Ops.ones(2, 3, 4)).shape().rank());
    assertEquals(4, new Dropout3d().setTrain(true).call(Ops.ones(3, 4, 5, 6)).shape().rank());
    Dropout1d all = new Dropout1d(1);
    all.setTrain(true);
    assertEquals(0, all.call(Ops.ones(2, 3, 4)).max().item());
    assertThrows(ShapeException.class, () -> new Dropout2d().call(Ops.ones(2, 3)));
    assertThrows(ArgumentException.class, () -> new Dropout2d(1.5));
    assertEquals("Dropout2d(p=0.7)", new Dropout2d(0.3).toString());
  }
}
