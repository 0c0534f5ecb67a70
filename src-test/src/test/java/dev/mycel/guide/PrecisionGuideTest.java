package dev.mycel.guide;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.Cell;
import dev.mycel.nn.NamedCell;
import dev.mycel.nn.PadMode;
import dev.mycel.nn.Reduction;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.WithLossCell;
import dev.mycel.nn.amp.AmpLevel;
import dev.mycel.nn.layer.AdaptiveMaxPool2d;
import dev.mycel.nn.layer.BatchNorm;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.MaxPool2d;
import dev.mycel.nn.layer.ReLU;
import dev.mycel.nn.loss.SoftmaxCrossEntropyWithLogits;
import dev.mycel.optim.Momentum;
import dev.mycel.optim.amp.TrainNetworks;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Manual mixed precision: items 18 to 24 of the guide to building networks. */
@MycelTest
class PrecisionGuideTest {
  /** The guide's network; notes the types of what its blocks give. */
  private static final class Network extends Cell<Tensor, Tensor> {
    private final SequentialCell layer1 = block(3, 12);
    private final SequentialCell layer2 = block(12, 4);
    private final AdaptiveMaxPool2d pool = new AdaptiveMaxPool2d(5, 5);
    private final Dense fc = new Dense(100, 10);
    private final Tensor shift = Ops.ones(1, 4, 1, 1);
    private final transient List<DType> seen = new ArrayList<>();

    private static SequentialCell block(int in, int out) {
      return new SequentialCell(
          Conv2d.builder(in, out, 3).padMode(PadMode.PAD).padding(1).build(),
          new BatchNorm2d(out),
          new ReLU(),
          new MaxPool2d(2, 2));
    }

    @Override
    protected Tensor construct(Tensor images) {
      Tensor h = layer2.call(layer1.call(images));
      Tensor shifted = h.add(shift);
      seen.add(shifted.dtype());
      return fc.call(pool.call(shifted).reshape(-1, 100));
    }
  }

  private static void start(String backend) {
    Mycel.setBackend(backend);
    Random.setSeed(1);
  }

  private static Tensor images() {
    return Random.randn(2, 3, 20, 20);
  }

  private static SoftmaxCrossEntropyWithLogits loss() {
    return new SoftmaxCrossEntropyWithLogits(true, Reduction.MEAN);
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.4 #18 toFloat casts inputs, parameters and constants; parameters stay float32")
  void toFloatCastsWhatIsComputedWith(String backend) {
    start(backend);
    Network net = new Network();
    net.toFloat(DType.FLOAT16);
    Tensor y = net.call(images());
    assertEquals(DType.FLOAT16, y.dtype());
    assertEquals(List.of(DType.FLOAT16), net.seen, "a float32 constant was added");
    net.getParameters().forEach(p -> assertEquals(DType.FLOAT32, p.value().dtype()));
    assertEquals(DType.FLOAT32, net.shift.dtype());
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.4 #19 norms are set to float32 in a loop afterwards; the order counts")
  void normsAreSetToFloat32Afterwards(String backend) {
    start(backend);
    Network net = new Network();
    net.toFloat(DType.FLOAT16);
    for (NamedCell e : net.cellsAndNames()) {
      if (e.cell() instanceof BatchNorm norm) {
        norm.toFloat(DType.FLOAT32);
      }
    }
    net.setTrain(true);
    Tensor half = Random.randn(2, 12, 4, 4).cast(DType.FLOAT16);
    assertEquals(DType.FLOAT32, net.layer1.get(1).call(half).dtype());
    assertEquals(DType.FLOAT16, net.layer1.call(images()).dtype());
    assertEquals(DType.FLOAT16, net.call(images()).dtype());
    net.toFloat(DType.FLOAT16);
    assertEquals(DType.FLOAT16, net.layer1.get(1).call(half).dtype());
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.4 #20 toFloat returns the loss itself; the loss is float32")
  void toFloatChainsOnALoss(String backend) {
    start(backend);
    SoftmaxCrossEntropyWithLogits loss = loss();
    assertSame(loss, loss.toFloat(DType.FLOAT32));
    Tensor logits = Random.randn(2, 10).cast(DType.FLOAT16);
    assertEquals(DType.FLOAT32, loss.call(logits, Tensor.of(new int[] {1, 9})).dtype());
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.4 #21 a network with its loss is called with data and label")
  void aNetworkWithItsLossTakesDataAndLabel(String backend) {
    start(backend);
    Network net = new Network();
    net.toFloat(DType.FLOAT16);
    var both = new WithLossCell<>(net, loss().toFloat(DType.FLOAT32));
    Tensor loss = both.call(images(), Tensor.of(new int[] {3, 7}));
    assertEquals(DType.FLOAT32, loss.dtype());
    assertEquals(Shape.scalar(), loss.shape());
    assertTrue(Double.isFinite(loss.item()));
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.4 #22 the guide's network gives (N, 10); no layer is made of a tensor")
  void theGuidesNetworkGivesTenScores(String backend) {
    start(backend);
    assertEquals(Shape.of(2, 10), new Network().call(images()).shape());
    assertEquals(Shape.of(3, 10), new Network().call(Random.randn(3, 3, 24, 20)).shape());
    // nn.Dense(x) for self.fc(x) cannot even be written.
    for (Constructor<?> constructor : Dense.class.getDeclaredConstructors()) {
      assertFalse(Arrays.asList(constructor.getParameterTypes()).contains(Tensor.class));
    }
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.4 #23 toFloat refuses other types")
  void toFloatRefusesOtherTypes(String backend) {
    start(backend);
    for (DType type : DType.values()) {
      boolean taken = type == DType.FLOAT16 || type == DType.BFLOAT16 || type == DType.FLOAT32;
      Network net = new Network();
      if (taken) {
        assertSame(net, net.toFloat(type));
      } else {
        assertThrows(DTypeException.class, () -> net.toFloat(type));
        assertTrue(net.precision().isEmpty());
      }
    }
  }

  @ParameterizedTest(name = "{displayName} on {0}")
  @ValueSource(strings = {"onednn", "reference"})
  @DisplayName("13.4 #24 toFloat together with a level is refused by an error that names both")
  void toFloatAndALevelAreRefused(String backend) {
    start(backend);
    Network net = new Network();
    net.toFloat(DType.BFLOAT16);
    Momentum optimizer = new Momentum(net.trainableParams(), 0.1, 0.9);
    for (AmpLevel level : List.of(AmpLevel.O1, AmpLevel.O2, AmpLevel.O3)) {
      ArgumentException refused =
          assertThrows(
              ArgumentException.class,
              () -> TrainNetworks.buildTrainNetwork(net, optimizer, loss(), level));
      assertTrue(refused.getMessage().contains("toFloat(bfloat16)"), refused.getMessage());
      assertTrue(refused.getMessage().contains(level + ", float16"), refused.getMessage());
    }
  }
}
