package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a transformer's encoder is called with.
 *
 * @param src [S, N, E], or [N, S, E] if the layer is batch-first, or [S, E] without a batch
 * @param srcMask which places a place must not see: bool, true where masked, or floats that are
 *     added: [S, S] or [N * heads, S, S]; none if null
 * @param srcKeyPaddingMask which places are padding: [N, S], or [S] without a batch; none if null
 */
public record EncoderInput(
    Tensor src, @Nullable Tensor srcMask, @Nullable Tensor srcKeyPaddingMask) {}
