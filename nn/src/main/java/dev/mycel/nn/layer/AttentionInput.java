package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What {@link MultiheadAttention} is called with. A boolean mask is true where something is masked;
 * a float mask is added to the scores.
 *
 * @param query [L, N, E], or [N, L, E] if the layer is batch-first, or [L, E] without a batch
 * @param key [S, N, kdim], likewise
 * @param value [S, N, vdim], likewise
 * @param keyPaddingMask which keys are padding: [N, S], or [S] without a batch; none if null
 * @param attnMask which keys a query must not see: [L, S] or [N * heads, L, S]; none if null
 * @param needWeights whether the weights are wanted too
 * @param averageAttnWeights whether they are averaged over the heads
 */
public record AttentionInput(
    Tensor query,
    Tensor key,
    Tensor value,
    @Nullable Tensor keyPaddingMask,
    @Nullable Tensor attnMask,
    boolean needWeights,
    boolean averageAttnWeights) {
  /** Without masks, with averaged weights. */
  public static AttentionInput of(Tensor query, Tensor key, Tensor value) {
    return new AttentionInput(query, key, value, null, null, true, true);
  }

  /** The same with a mask of padding keys. */
  public AttentionInput withKeyPaddingMask(@Nullable Tensor mask) {
    return new AttentionInput(query, key, value, mask, attnMask, needWeights, averageAttnWeights);
  }

  /** The same with a mask of keys by query. */
  public AttentionInput withAttnMask(@Nullable Tensor mask) {
    return new AttentionInput(
        query, key, value, keyPaddingMask, mask, needWeights, averageAttnWeights);
  }

  /** The same with or without weights in the result. */
  public AttentionInput withNeedWeights(boolean need) {
    return new AttentionInput(
        query, key, value, keyPaddingMask, attnMask, need, averageAttnWeights);
  }

  /** The same with weights averaged over the heads, or by head. */
  public AttentionInput withAverageAttnWeights(boolean average) {
    return new AttentionInput(query, key, value, keyPaddingMask, attnMask, needWeights, average);
  }
}
