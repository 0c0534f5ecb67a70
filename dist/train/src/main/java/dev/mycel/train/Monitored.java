package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/** The value that a callback watches: the loss of training, or what an evaluation gave. */
final class Monitored {
  private static final System.Logger LOG = System.getLogger("dev.mycel.train");

  private Monitored() {}

  /**
   * The value at the end of an epoch; empty where the epoch had no evaluation.
   *
   * @param owner the callback, for messages
   */
  static OptionalDouble value(String owner, String monitor, InternalCallbackParam args) {
    if (monitor.equals("loss")) {
      return OptionalDouble.of(args.loss());
    }
    EvalResults results = args.evalResults();
    if (results.containsKey(monitor)) {
      return OptionalDouble.of(results.scalar(monitor));
    }
    if (!results.isEmpty()) {
      throw new ArgumentException(
          Messages.of(owner + ": the evaluation has no value named '" + monitor + "'")
              .line("available", names(results.keySet()))
              .hint("monitor one of these, or give the model that metric")
              .text());
    }
    return OptionalDouble.empty();
  }

  /** Warns if the value will never be there; whether it did. */
  static boolean warnIfNeverThere(String owner, String monitor, InternalCallbackParam args) {
    if (args.validDataset().isPresent()) {
      return false;
    }
    LOG.log(
        System.Logger.Level.WARNING,
        owner
            + " cannot monitor '"
            + monitor
            + "': there is no evaluation; use fit with data to evaluate with, or monitor loss");
    return true;
  }

  private static String names(Set<String> evaluated) {
    return evaluated.stream().collect(Collectors.joining(" ", "loss ", ""));
  }
}
