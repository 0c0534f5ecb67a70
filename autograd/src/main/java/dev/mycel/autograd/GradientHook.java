package dev.mycel.autograd;

import dev.mycel.core.Tensor;
import org.jspecify.annotations.Nullable;

/** Sees the gradient of one tensor or parameter, and may replace it. */
@FunctionalInterface
public interface GradientHook {
  /**
   * Called when the gradient is complete.
   *
   * @param gradient of the tensor's shape and dtype; it ends with the backward pass unless it is
   *     kept
   * @return null to leave it; otherwise what takes its place, of the same shape and dtype
   */
  @Nullable Tensor onGradient(Tensor gradient);
}
