package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a recurrent layer is called with.
 *
 * @param x the sequences [T, N, in], or [N, T, in] if the layer is batch-first
 * @param hx the initial state, zeros if null
 * @param seqLength the length of each sequence, int32 or int64 [N]; all T if null
 * @param <S> the state: a tensor [layers * directions, N, hidden], or a pair of them
 */
public record SequenceInput<S>(Tensor x, @Nullable S hx, @Nullable Tensor seqLength) {}
