package dev.mycel.golden;

import dev.mycel.core.Tensor;
import dev.mycel.nn.layer.AttentionInput;
import dev.mycel.nn.layer.EncoderInput;
import dev.mycel.nn.layer.MultiheadAttention;
import dev.mycel.nn.layer.TransformerEncoderLayer;
import java.util.List;

/**
 * Attention layers by MindSpore's names; the arguments of a call, or a mask, are the last input, if
 * there are any.
 */
final class AttentionLayers {
  private AttentionLayers() {}

  static Module multihead(Args a) {
    MultiheadAttention.Builder b =
        MultiheadAttention.builder(a.integer("embed_dim"), a.integer("num_heads"));
    a.ifNumber("dropout", b::dropout);
    a.ifBool("has_bias", b::hasBias);
    a.ifBool("add_bias_kv", b::addBiasKv);
    a.ifBool("add_zero_attn", b::addZeroAttn);
    a.ifInt("kdim", b::kdim);
    a.ifInt("vdim", b::vdim);
    a.ifBool("batch_first", b::batchFirst);
    MultiheadAttention layer = b.build();
    return new Module(layer, in -> layer.call(attention(in)));
  }

  private static AttentionInput attention(List<Object> in) {
    AttentionInput plain =
        AttentionInput.of((Tensor) in.get(0), (Tensor) in.get(1), (Tensor) in.get(2));
    if (in.size() == 3) {
      return plain;
    }
    AttentionInput masked =
        in.get(3) instanceof Tensor mask ? plain.withKeyPaddingMask(mask) : plain;
    if (!(in.get(in.size() - 1) instanceof Args call)) {
      return masked;
    }
    Tensor padding = call.tensor("key_padding_mask");
    return (padding == null ? masked : masked.withKeyPaddingMask(padding))
        .withAttnMask(call.tensor("attn_mask"))
        .withNeedWeights(call.bool("need_weights", true))
        .withAverageAttnWeights(call.bool("average_attn_weights", true));
  }

  static Module encoderLayer(Args a) {
    TransformerEncoderLayer.Builder b =
        TransformerEncoderLayer.builder(a.integer("d_model"), a.integer("nhead"));
    a.ifInt("dim_feedforward", b::dimFeedforward);
    a.ifNumber("dropout", b::dropout);
    a.ifText("activation", b::activation);
    a.ifNumber("layer_norm_eps", b::layerNormEps);
    a.ifBool("batch_first", b::batchFirst);
    a.ifBool("norm_first", b::normFirst);
    TransformerEncoderLayer layer = b.build();
    return new Module(layer, in -> layer.call(encoded(in)));
  }

  private static EncoderInput encoded(List<Object> in) {
    Tensor src = (Tensor) in.get(0);
    if (in.size() == 1) {
      return new EncoderInput(src, null, null);
    }
    if (in.get(1) instanceof Tensor mask) {
      return new EncoderInput(src, mask, null);
    }
    Args call = (Args) in.get(1);
    return new EncoderInput(src, call.tensor("src_mask"), call.tensor("src_key_padding_mask"));
  }
}
