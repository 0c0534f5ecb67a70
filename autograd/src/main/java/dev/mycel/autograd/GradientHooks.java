package dev.mycel.autograd;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Tensor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The hooks on one gradient, in the order of registration. Safe for use by several threads. */
public final class GradientHooks {
  private final List<GradientHook> hooks = new CopyOnWriteArrayList<>();

  /** No hooks. */
  public GradientHooks() {}

  /** Adds a hook after those that are there. */
  public HookHandle add(GradientHook hook) {
    // Wrapped, so that a hook registered twice is removed once.
    GradientHook own = checked(hook)::onGradient;
    hooks.add(own);
    return new HookHandle(() -> hooks.remove(own));
  }

  static GradientHook checked(@Nullable GradientHook hook) {
    if (hook == null) {
      throw new ArgumentException("registerHook: the hook is null");
    }
    return hook;
  }

  /** What the hooks make of a gradient, one after the other. */
  Tensor applied(Tensor gradient) {
    Tensor now = gradient;
    for (GradientHook hook : hooks) {
      Tensor other = hook.onGradient(now);
      if (other != null) {
        Gradients.requireLike(
            "registerHook: what the hook returned cannot take the gradient's place",
            "gradient",
            now.type(),
            "returned",
            other.type());
        now = other;
      }
    }
    return now;
  }
}
