package dev.mycel.core;

import java.util.function.Function;

/**
 * A function of two arguments that is also a function of the pair of them, so that whatever takes a
 * function of one input takes this too.
 *
 * @param <A> first argument: a tensor, or a record, list or map of tensors
 * @param <B> second argument
 * @param <O> result
 */
@FunctionalInterface
public interface Function2<A, B, O> extends Function<Pair<A, B>, O> {
  /** The result for two arguments. */
  O call(A a, B b);

  /** The result for two arguments. */
  default O apply(A a, B b) {
    return call(a, b);
  }

  /** The result for the two parts of a pair. */
  @Override
  default O apply(Pair<A, B> arguments) {
    return call(arguments.first(), arguments.second());
  }
}
