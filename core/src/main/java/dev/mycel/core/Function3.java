package dev.mycel.core;

import java.util.function.Function;

/**
 * A function of three arguments that is also a function of the triple of them, so that whatever
 * takes a function of one input takes this too.
 *
 * @param <A> first argument: a tensor, or a record, list or map of tensors
 * @param <B> second argument
 * @param <C> third argument
 * @param <O> result
 */
@FunctionalInterface
public interface Function3<A, B, C, O> extends Function<Triple<A, B, C>, O> {
  /** The result for three arguments. */
  O call(A a, B b, C c);

  /** The result for three arguments. */
  default O apply(A a, B b, C c) {
    return call(a, b, c);
  }

  /** The result for the three parts of a triple. */
  @Override
  default O apply(Triple<A, B, C> arguments) {
    return call(arguments.first(), arguments.second(), arguments.third());
  }
}
