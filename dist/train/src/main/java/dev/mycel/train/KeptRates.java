package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.nn.Parameter;
import dev.mycel.optim.Optimizer;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;

/** The learning rates of an optimiser that callbacks may change: one number for each group. */
final class KeptRates {
  private KeptRates() {}

  /** Refuses models without an optimiser, schedules and lists of rates. */
  static Set<Parameter> of(String owner, InternalCallbackParam args) {
    Optimizer optimizer =
        args.optimizer()
            .orElseThrow(
                () ->
                    new ArgumentException(
                        Messages.of(owner + ": the model has no optimiser")
                            .hint("give the model the optimiser, not a network that has one")
                            .text()));
    Set<Parameter> rates = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Parameter weight : optimizer.parameters()) {
      Parameter rate = optimizer.getLrParameter(weight);
      if (rate.shape().rank() != 0) {
        throw new ArgumentException(
            Messages.of(owner + ": the learning rate is a list")
                .line("optimiser", optimizer.clsName())
                .line("rates    ", rate.shape())
                .hint("give the optimiser one number; the callback changes it")
                .text());
      }
      rates.add(rate);
    }
    return rates;
  }

  /** Gives a rate its next value; whether it changed by more than a rounding. */
  static boolean change(String owner, Parameter rate, DoubleUnaryOperator next) {
    double now = rate.value().item();
    double then = next.applyAsDouble(now);
    if (!(then >= 0) || Double.isInfinite(then)) {
      throw new ArgumentException(
          Messages.of(owner + ": the new learning rate must be finite and not negative")
              .line("before", now)
              .line("now   ", then)
              .text());
    }
    if (Math.abs(then - now) <= 1e-10 * Math.max(Math.abs(then), Math.abs(now))) {
      return false;
    }
    rate.setData(then);
    return true;
  }
}
