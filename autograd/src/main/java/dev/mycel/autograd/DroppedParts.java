package dev.mycel.autograd;

import dev.mycel.core.EscapedTensorException;
import dev.mycel.core.Messages;
import dev.mycel.core.TensorType;
import java.util.Arrays;

/**
 * The stretches of a tape that are followed but not kept, because they will be computed again. Only
 * their results go on; a gradient that arrived at another of their tensors would be lost.
 */
final class DroppedParts {
  private int[] bounds = {};
  private int openedAt = -1;

  /** Whether such a stretch is being run now. */
  boolean isOpen() {
    return openedAt >= 0;
  }

  int open(int node) {
    openedAt = node;
    return node;
  }

  void close(int node) {
    if (node > openedAt) {
      bounds = Arrays.copyOf(bounds, bounds.length + 2);
      bounds[bounds.length - 2] = openedAt;
      bounds[bounds.length - 1] = node;
    }
    openedAt = -1;
  }

  /** Refuses a node inside a stretch that has ended. */
  void check(int node, TensorType type) {
    if (bounds.length == 0 || node < bounds[0] || node >= bounds[bounds.length - 1]) {
      return;
    }
    int at = Arrays.binarySearch(bounds, node);
    // Bounds are pairs: from an even place on a node is inside, from an odd one on outside.
    int bound = at >= 0 ? last(at) : -at - 2;
    if (bound % 2 == 0) {
      throw new EscapedTensorException(
          Messages.of("tensor: it was made inside recompute, which keeps only its results")
              .line("tensor", type)
              .hint("return it from the recomputed cell, or do not recompute that cell")
              .text());
    }
  }

  /** One stretch may begin where another ends; the later bound decides. */
  private int last(int at) {
    int place = at;
    while (place + 1 < bounds.length && bounds[place + 1] == bounds[at]) {
      place++;
    }
    return place;
  }
}
