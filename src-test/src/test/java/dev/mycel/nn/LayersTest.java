package dev.mycel.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Ops;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.layer.Activations;
import dev.mycel.nn.layer.AdaptiveAvgPool2d;
import dev.mycel.nn.layer.AdaptiveMaxPool2d;
import dev.mycel.nn.layer.AvgPool2d;
import dev.mycel.nn.layer.BatchNorm1d;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.BatchNorm3d;
import dev.mycel.nn.layer.Conv1d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Conv3d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Embedding;
import dev.mycel.nn.layer.Flatten;
import dev.mycel.nn.layer.GroupNorm;
import dev.mycel.nn.layer.Hardtanh;
import dev.mycel.nn.layer.LayerNorm;
import dev.mycel.nn.layer.LeakyReLU;
import dev.mycel.nn.layer.LogSigmoid;
import dev.mycel.nn.layer.MaxPool1d;
import dev.mycel.nn.layer.MaxPool2d;
import dev.mycel.nn.layer.PReLU;
import dev.mycel.nn.layer.ReLU6;
import java.util.List;
import org.junit.jupiter.api.Test;

@MycelTest
class LayersTest {
  private static Tensor ramp(long... shape) {
    Shape s = Shape.of(shape);
    return Ops.arange(0, s.size(), 1, DType.FLOAT32).reshape(shape);
  }

  @Test
  void denseKeepsLeadingAxesAndTakesVectors() {
    Dense dense = new Dense(3, 2);
    assertEquals(Shape.of(5, 4, 2), dense.call(Ops.ones(5, 4, 3)).shape());
    assertEquals(Shape.of(2), dense.call(Ops.ones(3)).shape());
    assertEquals(DType.FLOAT32, dense.call(Ops.ones(Shape.of(1, 3), DType.INT32)).dtype());
    assertThrows(ArgumentException.class, () -> new Dense(3, 0));
    assertThrows(ArgumentException.class, () -> Dense.builder(1, 1).activation("none"));
  }

  @Test
  void defaultConvolutionKeepsTheSizeAndExplicitPaddingDoesNot() {
    Tensor x = Ops.ones(1, 3, 12, 12);
    assertEquals(Shape.of(1, 4, 12, 12), new Conv2d(3, 4, 4).call(x).shape());
    Conv2d padded = Conv2d.builder(3, 4, 4).padMode(PadMode.PAD).padding(0).build();
    assertEquals(Shape.of(1, 4, 9, 9), padded.call(x).shape());
    assertTrue(new Conv2d(3, 4, 4).bias().isEmpty());
  }

  @Test
  void samePaddingPutsTheOddUnitBehind() {
    Conv1d conv =
        Conv1d.builder(1, 1, 2).weightInit(Tensor.of(new float[] {1, 10}, 1, 1, 1, 2)).build();
    Tensor y = conv.call(ramp(1, 1, 3));
    assertTrue(y.sameAs(Tensor.of(new float[] {10, 21, 2}, 1, 1, 3)), y.toString());
  }

  @Test
  void convolutionsRefuseWhatDoesNotFit() {
    assertThrows(ArgumentException.class, () -> Conv2d.builder(3, 4, 3).group(2).build());
    assertThrows(ArgumentException.class, () -> Conv2d.builder(3, 4, 3).padding(1).build());
    assertThrows(ArgumentException.class, () -> Conv2d.builder(3, 4, 3, 3, 3).build());
    assertThrows(ArgumentException.class, () -> Conv2d.builder(3, 4, 0).build());
    assertThrows(ArgumentException.class, () -> Conv1d.builder(3, 4, 3).stride(1, 2).build());
    assertThrows(ArgumentException.class, () -> Conv1d.builder(3, 4, 3).padding(1).build());
    assertThrows(ShapeException.class, () -> new Conv2d(3, 4, 3).call(Ops.ones(3, 8, 8)));
    assertThrows(ShapeException.class, () -> new Conv3d(3, 4, 3).call(Ops.ones(1, 2, 4, 4, 4)));
  }

  @Test
  void movingStatisticsFollowTheBatch() {
    BatchNorm1d norm = BatchNorm1d.builder(1).momentum(0.75).build();
    Tensor x = Tensor.of(new float[] {1, 3, 5, 7}, 4, 1);
    norm.call(x);
    assertEquals(0, norm.movingMean().value().item(), "inference moves nothing");
    norm.setTrain(true).call(x);
    assertEquals(1, norm.movingMean().value().item(), 1e-6);
    // The biased variance is 5, the unbiased one 20 / 3.
    assertEquals(0.75 + 0.25 * 20 / 3, norm.movingVariance().value().item(), 1e-6);
    assertEquals(
        List.of("mean", "variance", "gamma", "beta"),
        norm.getParameters().map(Parameter::name).toList());
  }

  @Test
  void aGradientMovesStatisticsOnce() {
    BatchNorm2d norm = new BatchNorm2d(2);
    norm.setTrain(true);
    Random.setSeed(1);
    Tensor x = Random.randn(4, 2, 3, 3);
    Autograd.valueAndGrad(norm, norm.trainableParams()).apply(x);
    Tensor once = norm.movingMean().value();
    BatchNorm2d other = new BatchNorm2d(2);
    other.setTrain(true).call(x);
    assertTrue(once.sameAs(other.movingMean().value()));
  }

  @Test
  void batchNormRefusesSingleValuesAndWrongChannels() {
    BatchNorm2d norm = new BatchNorm2d(2);
    norm.setTrain(true);
    assertThrows(ShapeException.class, () -> norm.call(Ops.ones(1, 2, 1, 1)));
    assertThrows(ShapeException.class, () -> norm.call(Ops.ones(4, 3, 2, 2)));
    assertThrows(ShapeException.class, () -> norm.call(Ops.ones(4, 2)));
    assertThrows(ArgumentException.class, () -> BatchNorm2d.builder(2).momentum(2).build());
    assertThrows(ArgumentException.class, () -> new BatchNorm2d(0));
    assertEquals(Shape.of(2, 2, 3, 4, 5), new BatchNorm3d(2).call(Ops.ones(2, 2, 3, 4, 5)).shape());
  }

  @Test
  void frozenAffineParametersStillExist() {
    BatchNorm2d norm = BatchNorm2d.builder(2).affine(false).build();
    assertEquals(0, norm.trainableParams().size());
    assertEquals(4, norm.untrainableParams().size());
  }

  @Test
  void layerNormTakesParametersOfFewerAxesThanItNormalises() {
    LayerNorm norm = LayerNorm.builder(4).beginNormAxis(1).build();
    Tensor y = norm.call(ramp(2, 3, 4));
    assertEquals(0, y.mean().item(), 1e-6);
    assertEquals(1, y.square().mean().item(), 1e-4);
    assertThrows(ShapeException.class, () -> new LayerNorm(5).call(ramp(2, 4)));
    assertThrows(ArgumentException.class, () -> new LayerNorm());
  }

  @Test
  void groupNormNormalisesEachGroup() {
    Tensor y = new GroupNorm(2, 4).call(ramp(3, 4, 5)).reshape(3, 2, 10);
    assertTrue(y.mean(-1).allClose(Ops.zeros(3, 2), 0, 1e-5));
    assertThrows(ArgumentException.class, () -> new GroupNorm(3, 4));
  }

  @Test
  void poolsHaveWindowAndStrideOneByDefault() {
    Tensor x = ramp(1, 1, 4, 4);
    assertTrue(MaxPool2d.builder().build().call(x).sameAs(x));
    Tensor y = new MaxPool2d(2, 2).call(x);
    assertTrue(y.sameAs(Tensor.of(new float[] {5, 7, 13, 15}, 1, 1, 2, 2)), y.toString());
    assertEquals(Shape.of(1, 1, 3, 3), new MaxPool2d(2).call(x).shape());
    assertEquals(Shape.of(1, 2, 2), new MaxPool2d(2, 2).call(ramp(1, 4, 4)).shape());
    assertEquals(Shape.of(2, 3), new MaxPool1d(2, 2).call(ramp(2, 6)).shape());
  }

  @Test
  void sameAveragesCountRealElementsOnly() {
    AvgPool2d pool = AvgPool2d.builder().kernelSize(2).stride(2).padMode(PadMode.SAME).build();
    Tensor y = pool.call(Ops.ones(1, 1, 3, 3));
    assertTrue(y.sameAs(Ops.ones(1, 1, 2, 2)), y.toString());
  }

  @Test
  void ceilModeLetsAPartialWindowIn() {
    AvgPool2d pool =
        AvgPool2d.builder().kernelSize(2).stride(2).padMode("pad").ceilMode(true).build();
    Tensor y = pool.call(ramp(1, 1, 3, 3));
    assertTrue(y.allClose(Tensor.of(new float[] {2, 3.5f, 6.5f, 8}, 1, 1, 2, 2)), y.toString());
  }

  @Test
  void poolsRefuseWhatDoesNotFit() {
    assertThrows(
        ArgumentException.class, () -> MaxPool2d.builder().kernelSize(2).padding(1).build());
    assertThrows(ArgumentException.class, () -> MaxPool2d.builder().ceilMode(true).build());
    assertThrows(ArgumentException.class, () -> MaxPool2d.builder().countIncludePad(true));
    assertThrows(
        ArgumentException.class,
        () -> MaxPool2d.builder().kernelSize(2).padMode("pad").padding(2).build());
    assertThrows(ShapeException.class, () -> new MaxPool2d(2, 2).call(Ops.ones(2, 3)));
  }

  @Test
  void adaptivePoolsCutIntoTheGivenPlaces() {
    Tensor x = ramp(1, 1, 1, 5);
    Tensor avg = new AdaptiveAvgPool2d(1, 3).call(x);
    assertTrue(avg.allClose(Tensor.of(new float[] {0.5f, 2, 3.5f}, 1, 1, 1, 3)), avg.toString());
    Tensor max = new AdaptiveMaxPool2d(0, 3).call(x);
    assertTrue(max.allClose(Tensor.of(new float[] {1, 3, 4}, 1, 1, 1, 3)), max.toString());
  }

  @Test
  void flattenJoinsNeighbouringAxes() {
    assertEquals(Shape.of(2, 12), new Flatten().call(ramp(2, 3, 4)).shape());
    assertEquals(Shape.of(6, 4), new Flatten(0, 1).call(ramp(2, 3, 4)).shape());
    assertEquals(Shape.of(0, 12), new Flatten().call(Ops.zeros(0, 3, 4)).shape());
    assertThrows(ShapeException.class, () -> new Flatten(2, 1).call(ramp(2, 3, 4)));
  }

  @Test
  void embeddingsPickRowsAndOneHotAgrees() {
    Tensor table = ramp(4, 2);
    Tensor ids = Tensor.of(new int[] {3, 0, 3}, 3);
    Tensor picked = Embedding.builder(4, 2).embeddingTable(table).build().call(ids);
    Tensor hot = Embedding.builder(4, 2).embeddingTable(table).useOneHot(true).build().call(ids);
    assertTrue(picked.sameAs(Tensor.of(new float[] {6, 7, 0, 1, 6, 7}, 3, 2)));
    assertTrue(picked.allClose(hot));
    assertThrows(DTypeException.class, () -> new Embedding(4, 2).call(Ops.ones(2)));
    assertThrows(ArgumentException.class, () -> Embedding.builder(4, 2).paddingIdx(4).build());
  }

  @Test
  void activationsHaveTheirValuesAndSlopesAtZero() {
    Tensor x = Tensor.of(new float[] {-2, 0, 2, 7}, 4);
    assertTrue(new ReLU6().call(x).sameAs(Tensor.of(new float[] {0, 0, 2, 6}, 4)));
    assertTrue(new LeakyReLU().call(x).allClose(Tensor.of(new float[] {-0.4f, 0, 2, 7}, 4)));
    assertTrue(new PReLU().call(x).allClose(Tensor.of(new float[] {-0.5f, 0, 2, 7}, 4)));
    Tensor slope = Autograd.grad(new LogSigmoid()).apply(Tensor.of(new float[] {0, 200, -200}, 3));
    assertTrue(slope.allClose(Tensor.of(new float[] {0.5f, 0, 1}, 3)), slope.toString());
    assertThrows(ArgumentException.class, () -> new Hardtanh(1, 1));
    assertThrows(ArgumentException.class, () -> Activations.of("swish2"));
    assertEquals("GELU()", Activations.of("gelu").toString());
  }

  @Test
  void nanPassesThroughActivationsAndPools() {
    Tensor x = Tensor.of(new float[] {Float.NaN, 1, 2, 3}, 1, 1, 2, 2);
    assertTrue(Double.isNaN(new MaxPool2d(2, 2).call(x).item()));
    for (String alias :
        List.of(
            "relu",
            "relu6",
            "leakyrelu",
            "elu",
            "gelu",
            "hswish",
            "hardtanh",
            "hshrink",
            "softshrink",
            "hsigmoid",
            "mish")) {
      double first = Activations.of(alias).call(x.reshape(4)).at(0).item();
      assertTrue(Double.isNaN(first), alias + " gave " + first);
    }
  }
}
