package dev.mycel.examples.digits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Pair;
import dev.mycel.nn.Reduction;
import dev.mycel.nn.amp.AmpLevel;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import dev.mycel.optim.Adam;
import dev.mycel.optim.amp.AmpOptions;
import dev.mycel.optim.amp.TrainNetworks;
import dev.mycel.optim.schedule.CosineDecayLR;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** Digits are learned as well in bfloat16 as in float32. */
class DigitsPrecisionTest {
  private static final int TRAINING_ROWS = 1437;
  private static final int EPOCHS = 3;
  private static final int BATCH = 32;
  private static final double RATE = 0.004;

  /** The share of digits of other writers that a network recognises after a few epochs. */
  private static double accuracyAfterTraining(AmpOptions options) {
    Mycel.setSeed(1);
    Digits digits = Digits.load();
    Digits train = digits.rows(0, TRAINING_ROWS);
    DigitsNet net = new DigitsNet();
    long steps = (long) EPOCHS * ((TRAINING_ROWS + BATCH - 1) / BATCH);
    var optimizer =
        Adam.builder(net.trainableParams()).learningRate(CosineDecayLR.of(RATE, steps)).build();
    var loss = new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN);
    var step = TrainNetworks.buildTrainNetwork(net, optimizer, loss, options);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      for (Digits.Batch batch : train.shuffledBatches(BATCH, random)) {
        var outcome = step.step(new Pair<>(batch.images(), batch.labels()));
        assertEquals(DType.FLOAT32, outcome.loss().dtype());
      }
    }
    net.setTrain(false);
    net.getParameters().forEach(p -> assertEquals(DType.FLOAT32, p.value().dtype()));
    Digits.Batch test = digits.rows(TRAINING_ROWS, digits.size()).all();
    return TrainDigits.accuracy(net.call(test.images()), test.labels());
  }

  @Test
  void bfloat16LearnsDigitsAsWellAsFloat32() {
    double full = accuracyAfterTraining(AmpOptions.of(AmpLevel.O0));
    double low = accuracyAfterTraining(AmpOptions.of(AmpLevel.O2).castModelType(DType.BFLOAT16));
    assertTrue(full > 0.88, "float32 reaches " + full);
    assertTrue(low > full - 0.03, "bfloat16 reaches " + low + ", float32 " + full);
  }
}
