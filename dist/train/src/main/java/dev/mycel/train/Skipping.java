package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.Iterator;

/** Passes over batches that a training has seen before it ended. */
final class Skipping {
  private Skipping() {}

  static <B> Iterator<B> over(Iterator<B> batches, long consumed) {
    for (long i = 0; i < consumed; i++) {
      if (!batches.hasNext()) {
        throw new ArgumentException(
            Messages.of("TrainingState: the data has fewer batches than the epoch had already")
                .line("seen   ", consumed)
                .line("batches", i)
                .hint("give the data that the state was saved with")
                .text());
      }
      batches.next();
    }
    return batches;
  }
}
