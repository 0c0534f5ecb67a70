package dev.mycel.core;

import org.jspecify.annotations.Nullable;

/**
 * What belongs to a thread: the top of its interpreter stack, its innermost scope, and its
 * precision. One read of a thread-local gives all.
 */
final class Context {
  private static final ThreadLocal<Context> CURRENT = ThreadLocal.withInitial(Context::new);

  Interpreter top = Root.get();
  @Nullable Scope scope;
  Precision precision = Precision.NONE;

  /** The path of the innermost cell, for profiles. */
  String place = "";

  /** Where random draws are noted, or come from again. */
  DrawLog.@Nullable Run draws;

  static Context current() {
    return CURRENT.get();
  }
}
