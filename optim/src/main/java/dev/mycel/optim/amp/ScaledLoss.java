package dev.mycel.optim.amp;

import dev.mycel.core.Tensor;

/**
 * What a step with a loss scale gives.
 *
 * @param loss the loss before the update, not scaled
 * @param overflow a bool scalar: whether the update was left out because a gradient was infinite or
 *     NaN
 * @param scale a float32 scalar: the scale that this step worked with
 */
public record ScaledLoss(Tensor loss, Tensor overflow, Tensor scale) {}
