package dev.mycel.autograd;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Messages;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorType;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The hooks on one gradient, in the order of registration. Safe for use by several threads. */
public final class GradientHooks {
  private final List<GradientHook> hooks = new CopyOnWriteArrayList<>();
  private final Object owner;

  /**
   * No hooks.
   *
   * @param owner what the gradient belongs to, as messages print it
   */
  public GradientHooks(Object owner) {
    this.owner = owner;
  }

  /** Adds a hook after those that are there. */
  public HookHandle add(GradientHook hook) {
    // Wrapped, so that a hook registered twice is removed once.
    GradientHook given = checked(hook, owner);
    GradientHook own = gradient -> given.onGradient(gradient);
    hooks.add(own);
    return new HookHandle(() -> hooks.remove(own));
  }

  static GradientHook checked(@Nullable GradientHook hook, Object owner) {
    if (hook == null) {
      throw new ArgumentException(
          Messages.of("registerHook: the hook is null")
              .line("for", owner)
              .hint("give a function from the gradient to null or to what takes its place")
              .text());
    }
    return hook;
  }

  /** What the hooks make of a gradient, one after the other. */
  Tensor applied(Tensor gradient) {
    Tensor now = gradient;
    for (GradientHook hook : hooks) {
      Tensor other = hook.onGradient(now);
      if (other != null) {
        requireLike("registerHook: a hook on " + owner, now.type(), other.type());
        now = other;
      }
    }
    return now;
  }

  /** Refuses what cannot stand in for a gradient. */
  static void requireLike(String who, TensorType given, TensorType returned) {
    boolean fits = given.shape().equals(returned.shape());
    if (fits && given.dtype() == returned.dtype()) {
      return;
    }
    String text =
        Messages.of(who + " returned what cannot take the gradient's place")
            .line("gradient", given)
            .line("returned", returned)
            .hint("return null to leave the gradient, or one of its shape and dtype")
            .text();
    throw fits ? new DTypeException(text) : new ShapeException(text);
  }
}
