package dev.mycel.core;

import java.util.function.Supplier;

/**
 * The stack of interpreters of each thread, and the one door: everything that computes goes through
 * {@link #bind}.
 */
public final class Interpreters {
  private Interpreters() {}

  /** Runs a primitive with one result under the thread's top interpreter. */
  public static <A> Tensor bind(Primitive<A> primitive, A attrs, Tensor... inputs) {
    return Context.current().top.interpret(primitive, attrs, inputs)[0];
  }

  /** Runs a primitive under the thread's top interpreter and returns all results. */
  public static <A> Tensor[] bindAll(Primitive<A> primitive, A attrs, Tensor... inputs) {
    return Context.current().top.interpret(primitive, attrs, inputs);
  }

  /** The interpreter on top of this thread's stack. */
  public static Interpreter top() {
    return Context.current().top;
  }

  /** The interpreter at the bottom of every stack. */
  public static RootInterpreter root() {
    return Root.get();
  }

  /** Runs work with another interpreter on top, and restores the stack whatever happens. */
  public static <T> T under(Interpreter interpreter, Supplier<T> work) {
    Context context = Context.current();
    Interpreter before = context.top;
    context.top = interpreter;
    try {
      return work.get();
    } finally {
      context.top = before;
    }
  }

  /**
   * A task that runs with the interpreter and precision that this thread has now, wherever it is
   * executed. A gradient's tape belongs to its thread: capturing inside a gradient is refused.
   */
  public static <T> Supplier<T> capture(Supplier<T> task) {
    Interpreter here = top();
    if (here != root()) {
      throw new EscapedTensorException(
          Messages.of("capture: a gradient or trace belongs to its thread")
              .line("interpreter", here)
              .hint("start the task outside, and take gradients inside it")
              .text());
    }
    Precision precision = Precision.current();
    return () -> {
      Precision before = Precision.swap(precision);
      try {
        return under(here, task);
      } finally {
        Precision.swap(before);
      }
    };
  }

  /**
   * The tensor of the bottom interpreter that holds this tensor's value, for Java code to read.
   *
   * @throws EscapedTensorException if it stands for several values at once
   */
  public static Tensor readable(Tensor tensor) {
    if (!isReadable(tensor)) {
      throw new EscapedTensorException(
          Messages.of("tensor: it stands for several values at once, none of which can be read")
              .line("tensor ", tensor.type())
              .line("made by", tensor.owner())
              .hint("read it outside, or compute with operations: where(...) instead of if")
              .text());
    }
    return lowerToRoot(tensor);
  }

  /** Whether a tensor has one value, which Java code can read. */
  static boolean isReadable(Tensor tensor) {
    RootInterpreter root = root();
    for (Tensor t = tensor; t.owner() != root; t = t.owner().lower(t)) {
      if (!t.owner().isReadable(t)) {
        return false;
      }
    }
    return true;
  }

  /** The tensor of the bottom interpreter that holds this tensor's value. */
  public static Tensor lowerToRoot(Tensor tensor) {
    Tensor t = tensor;
    RootInterpreter root = root();
    while (t.owner() != root) {
      t = t.owner().lower(t);
    }
    return t;
  }
}
