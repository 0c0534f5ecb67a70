package dev.mycel.optim;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.None;
import dev.mycel.core.Ops;
import dev.mycel.core.Prims;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Bounds on the size of gradients. */
public final class Clipping {
  private Clipping() {}

  /** Scales the tensors so that their common norm is at most 1. */
  public static List<Tensor> clipByGlobalNorm(List<Tensor> tensors) {
    return clipByGlobalNorm(tensors, 1);
  }

  /**
   * Scales the tensors so that their common norm is at most {@code clipNorm}: each becomes {@code t
   * * clipNorm / max(globalNorm, clipNorm)}. A norm that is not a number makes all of them so.
   * Tensors whose norm is below the bound come back as they are, without a copy.
   *
   * @param tensors of floating-point types
   * @param clipNorm the bound, positive
   */
  public static List<Tensor> clipByGlobalNorm(List<Tensor> tensors, double clipNorm) {
    Checks.positive("clipByGlobalNorm", "clipNorm", clipNorm);
    if (tensors.isEmpty()) {
      return List.of();
    }
    try (Scope scope = Scope.open()) {
      Tensor norm = globalNorm(tensors);
      if (norm.item() < clipNorm) {
        return List.copyOf(tensors);
      }
      Tensor bound = Ops.scalar(clipNorm, norm.dtype());
      Tensor factor = bound.div(Ops.maximum(norm, bound));
      List<Tensor> clipped = new ArrayList<>();
      for (Tensor t : tensors) {
        clipped.add(t.mul(factor.cast(t.dtype())));
      }
      return List.copyOf(scope.give(clipped));
    }
  }

  /**
   * The square root of the sum of all squares, as a scalar of float32, or float64 if a tensor is.
   *
   * @param tensors at least one, of floating-point types
   */
  public static Tensor globalNorm(List<Tensor> tensors) {
    try (Scope scope = Scope.open()) {
      Tensor sum = Ops.scalar(0, DType.FLOAT32);
      for (Tensor t : tensors) {
        sum = sum.add(Interpreters.bind(Prims.SQUARE_SUM, None.NONE, t));
      }
      return scope.give(sum.sqrt());
    }
  }
}
