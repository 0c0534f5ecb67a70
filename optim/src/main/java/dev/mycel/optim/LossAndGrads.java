package dev.mycel.optim;

import dev.mycel.core.Tensor;
import java.util.Map;

/**
 * What a training step found before it changed the weights.
 *
 * @param loss the loss
 * @param grads gradients by the names of their parameters, in the optimiser's order, scaled by sens
 */
public record LossAndGrads(Tensor loss, Map<String, Tensor> grads) {}
