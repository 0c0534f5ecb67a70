package dev.mycel.autograd;

import dev.mycel.core.Interpreter;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The hooks on gradients of one tape's tensors, by node. */
final class NodeHooks {
  private final Map<Integer, GradientHooks> byNode = new HashMap<>();

  HookHandle add(int node, GradientHook hook) {
    return byNode.computeIfAbsent(node, n -> new GradientHooks()).add(hook);
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
   * Runs the hooks of inputs and variables, which no recorded call made: their gradients are
   * complete when the walk has ended.
   *
   * @param sums gradients by node, claims of the parent; replaced where a hook says so
   */
  void finish(
      Interpreter parent,
      Map<Variable, Integer> variables,
      boolean[] watched,
      @Nullable Tensor[] sums) {
    byNode.forEach(
        (node, hooks) -> {
          if (watched[node]) {
            replace(parent, node, hooks, sums);
          }
        });
    variables.forEach(
        (variable, node) -> {
          GradientHooks hooks =
              variable instanceof HookedVariable hooked ? hooked.gradientHooks() : null;
          if (hooks != null && watched[node]) {
            replace(parent, node, hooks, sums);
          }
        });
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
