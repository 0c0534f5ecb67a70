package dev.mycel.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Ops;
import dev.mycel.core.Random;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.junit.MycelTest;
import dev.mycel.nn.layer.AttentionInput;
import dev.mycel.nn.layer.BiDense;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Conv2dBnAct;
import dev.mycel.nn.layer.Conv2dTranspose;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.DenseBnAct;
import dev.mycel.nn.layer.EmbeddingExt;
import dev.mycel.nn.layer.Linear;
import dev.mycel.nn.layer.MultiheadAttention;
import dev.mycel.nn.layer.TransformerEncoderLayer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Dense layers of other forms, the transposed convolution, attention. */
@MycelTest
class DenseAndAttentionLayersTest {
  @BeforeEach
  void seed() {
    Random.setSeed(8);
  }

  @Test
  void linearIsDenseByOtherNames() {
    Linear linear = new Linear(5, 3);
    Dense dense = new Dense(5, 3);
    dense.weight().setData(linear.weight().value());
    dense.bias().orElseThrow().setData(linear.bias().orElseThrow().value());
    Tensor x = Random.randn(2, 4, 5);
    assertTrue(linear.call(x).sameAs(dense.call(x)));
    assertEquals("Linear(input_features=5, output_features=3, has_bias=True)", linear.toString());
    assertTrue(new Linear(5, 3, false).bias().isEmpty());
    assertThrows(ArgumentException.class, () -> new Linear(0, 3));
  }

  @Test
  void biDenseTakesAnyLeadingAxes() {
    BiDense layer = new BiDense(3, 4, 2);
    Tensor x1 = Random.randn(6, 3);
    Tensor x2 = Random.randn(6, 4);
    Tensor y = layer.call(x1, x2);
    Tensor right =
        Ops.einsum("ni,oij,nj->no", x1, layer.weight().value(), x2)
            .add(layer.bias().orElseThrow().value());
    assertTrue(y.allClose(right, 1e-5, 1e-5));
    Tensor folded = layer.call(x1.reshape(2, 3, 3), x2.reshape(2, 3, 4));
    assertTrue(folded.reshape(6, 2).allClose(y, 1e-6, 1e-6));
    assertThrows(ShapeException.class, () -> layer.call(x1, x1));
    assertThrows(ShapeException.class, () -> layer.call(x1, x2.narrow(0, 0, 5)));
  }

  @Test
  void anEmbeddingsPaddingRowIsZeroAndGetsNoGradient() {
    EmbeddingExt layer = new EmbeddingExt(4, 3, 2);
    Tensor ids = Tensor.of(new int[] {2, 1, 2}, 3);
    assertEquals(0, layer.weight().value().at(2).abs().sum().item());
    List<Tensor> grads =
        Autograd.grad((Tensor x) -> layer.call(x).sum(), layer.trainableParams()).apply(ids);
    assertEquals("[0. 3. 0. 0.]", grads.get(0).sum(1).toString());
    assertThrows(ArgumentException.class, () -> new EmbeddingExt(4, 3, 4));
    assertThrows(DTypeException.class, () -> layer.call(Ops.zeros(2)));
  }

  @Test
  void wrappedLayersNormaliseAndActivateOnlyIfAsked() {
    DenseBnAct dense = DenseBnAct.builder(3, 2).hasBn(true).activation("relu").build();
    assertEquals(
        List.of("dense.weight", "dense.bias", "batchnorm.gamma", "batchnorm.beta"),
        dense.trainableParams().stream().map(Parameter::name).toList());
    dense.setTrain();
    assertTrue(dense.call(Random.randn(5, 3)).ge(0).all().itemBoolean());
    Conv2dBnAct conv = Conv2dBnAct.builder(3, 2, 3).activation("leakyrelu").alpha(0.5).build();
    Tensor x = Random.randn(1, 3, 4, 4);
    Tensor plain = conv.conv().call(x);
    assertTrue(conv.call(x).allClose(Ops.where(plain.gt(0), plain, plain.mul(0.5))));
    assertTrue(conv.batchnorm().isEmpty());
  }

  /** {@code <conv(y), x> = <y, transposed(x)>} for the same weight. */
  @Test
  void aTransposedConvolutionIsTheAdjointOfTheConvolution() {
    for (String mode : List.of("same", "valid", "pad")) {
      long pad = mode.equals("pad") ? 1 : 0;
      Conv2dTranspose up =
          Conv2dTranspose.builder(4, 6, 3).stride(2).padMode(mode).padding(pad).group(2).build();
      Conv2d down = Conv2d.builder(6, 4, 3).stride(2).padMode(mode).padding(pad).group(2).build();
      down.weight().setData(up.weight().value());
      Tensor x = Random.randn(2, 4, 5, 5);
      Tensor larger = up.call(x);
      Tensor y = Random.randn(2, 6, larger.dim(2), larger.dim(3));
      assertEquals(down.call(y).mul(x).sum().item(), y.mul(larger).sum().item(), 1e-3, mode);
    }
    assertThrows(
        ArgumentException.class, () -> Conv2dTranspose.builder(1, 1, 3).outputPadding(1).build());
    assertThrows(
        ArgumentException.class,
        () -> Conv2dTranspose.builder(1, 1, 3).padMode("pad").outputPadding(1).build());
    assertThrows(
        ShapeException.class, () -> new Conv2dTranspose(3, 2, 3).call(Ops.zeros(1, 2, 4, 4)));
  }

  @Test
  void maskedKeysGetNoWeight() {
    MultiheadAttention layer = new MultiheadAttention(8, 2);
    Tensor x = Random.randn(4, 2, 8);
    Tensor causal = Ops.ones(4, 4).triu(1).gt(0);
    List<Tensor> out = layer.call(AttentionInput.of(x, x, x).withAttnMask(causal));
    assertTrue(out.get(1).triu(1).sameAs(Ops.zeros(2, 4, 4)));
    assertTrue(out.get(1).sum(2).allClose(Ops.ones(2, 4), 1e-5, 0));
    Tensor lengths = Tensor.of(new long[] {2, 3}, 2, 1);
    Tensor padding = Ops.arange(4).reshape(1, 4).ge(lengths);
    Tensor weights = layer.call(AttentionInput.of(x, x, x).withKeyPaddingMask(padding)).get(1);
    assertEquals(0, weights.mul(padding.expandDims(1)).abs().sum().item());
    assertEquals(1, layer.call(AttentionInput.of(x, x, x).withNeedWeights(false)).size());
    assertThrows(
        ShapeException.class,
        () -> layer.call(AttentionInput.of(x, x, x).withAttnMask(Ops.zeros(3, 4))));
    assertThrows(
        ShapeException.class,
        () -> layer.call(AttentionInput.of(x, x, x).withKeyPaddingMask(Ops.zeros(4, 4))));
    assertThrows(ShapeException.class, () -> layer.call(x, x.narrow(1, 0, 1), x));
    assertThrows(ArgumentException.class, () -> new MultiheadAttention(8, 3));
  }

  @Test
  void attentionDropsWeightsOnlyInTraining() {
    MultiheadAttention layer = MultiheadAttention.builder(8, 2).dropout(0.5).build();
    Tensor x = Random.randn(16, 1, 8);
    assertTrue(layer.call(x, x, x).get(1).gt(0).all().itemBoolean());
    layer.setTrain();
    assertFalse(
        layer
            .call(AttentionInput.of(x, x, x).withAverageAttnWeights(false))
            .get(1)
            .gt(0)
            .all()
            .itemBoolean());
  }

  @Test
  void anEncoderLayerKeepsTheShapeAndNamesItsParts() {
    TransformerEncoderLayer layer =
        TransformerEncoderLayer.builder(8, 2).dimFeedforward(12).batchFirst(true).build();
    Tensor x = Random.randn(3, 5, 8);
    Tensor y = layer.call(x);
    assertEquals(Shape.of(3, 5, 8), y.shape());
    assertTrue(y.mean(2).abs().max().item() < 1e-5, "the last step normalises");
    assertEquals("self_attn.in_proj_weight", layer.trainableParams().get(0).name());
    assertEquals(12, layer.trainableParams().size());
    layer.setTrain();
    assertFalse(layer.call(x).sameAs(layer.call(x)));
  }
}
