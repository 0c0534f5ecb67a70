package dev.mycel.autograd;

import dev.mycel.core.Interpreter;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorType;
import dev.mycel.core.Variable;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The hooks on gradients of one tape's tensors, by node. */
final class NodeHooks {
  private final Map<Integer, GradientHooks> byNode = new HashMap<>();

  HookHandle add(int node, TensorType type, GradientHook hook) {
    return byNode.computeIfAbsent(node, n -> new GradientHooks(type)).add(hook);
  }

  /** The gradients of consecutive nodes as their hooks leave them. */
  @Nullable Tensor[] applied(int firstNode, @Nullable Tensor[] gradients) {
    if (byNode.isEmpty()) {
      return gradients;
    }
    @Nullable Tensor[] results = gradients.clone();
    for (int i = 0; i < results.length; i++) {
      GradientHooks hooks = byNode.get(firstNode + i);
      Tensor given = results[i];
      if (hooks != null && given != null) {
        results[i] = hooks.applied(given);
      }
    }
    return results;
  }

  /**
   * Runs the hooks of what no recorded call made: its gradient is complete when the walk has ended.
   *
   * @param watched the nodes that gradients were asked for
   * @param sums gradients by node, claims of the parent; replaced where a hook says so
   */
  void finish(Interpreter parent, boolean[] watched, @Nullable Tensor[] sums) {
    byNode.forEach(
        (node, hooks) -> {
          if (watched[node]) {
            replace(parent, node, hooks, sums);
          }
        });
  }

  /** Runs the hooks of a variable; those of its value as a tensor have run. */
  static void finish(Interpreter parent, Variable variable, int node, @Nullable Tensor[] sums) {
    GradientHooks hooks = variable instanceof HookedVariable v ? v.gradientHooks() : null;
    if (hooks != null) {
      replace(parent, node, hooks, sums);
    }
  }

  private static void replace(
      Interpreter parent, int node, GradientHooks hooks, @Nullable Tensor[] sums) {
    Tensor before = sums[node];
    if (before == null) {
      return;
    }
    try (Scope scope = Scope.open()) {
      Tensor after = hooks.applied(before);
      if (after != before) {
        sums[node] = parent.retain(after);
        parent.drop(before);
      }
    }
  }
}
