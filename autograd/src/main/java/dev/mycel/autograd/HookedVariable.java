package dev.mycel.autograd;

import org.jspecify.annotations.Nullable;

/**
 * A variable on whose gradient hooks may be registered. The variable holds them, because {@code
 * core} knows nothing of gradients; whatever takes a gradient with respect to it asks here.
 */
public interface HookedVariable {
  /** Its hooks, or null as long as there were none. */
  @Nullable GradientHooks gradientHooks();
}
