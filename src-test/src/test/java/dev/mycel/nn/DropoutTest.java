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
import dev.mycel.core.Tensor;
import dev.mycel.nn.layer.Dropout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

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
}
