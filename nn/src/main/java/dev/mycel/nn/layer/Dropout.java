package dev.mycel.nn.layer;

import dev.mycel.core.Attrs;
import dev.mycel.core.Generator;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Prims;
import dev.mycel.core.Random;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;

/**
 * In training zeroes elements at random and scales the others by {@code 1 / (1 - p)}, so that the
 * mean stays; in inference gives its input back.
 *
 * <p>MindSpore's {@code nn.Dropout(0.5)} takes the probability to <em>keep</em>; so that nobody has
 * to guess, there is no constructor with a bare number here.
 */
public final class Dropout extends Cell<Tensor, Tensor> {
  private final double p;
  private final String repr;

  private Dropout(double p, String repr) {
    this.p = p;
    this.repr = repr;
  }

  /** Drops with that probability, in [0, 1). */
  public static Dropout p(double p) {
    Args.probability("dropout", "p", p, false);
    return new Dropout(p, "p=" + Text.of(p));
  }

  /** Keeps with that probability, in (0, 1]. */
  public static Dropout keepProb(double keepProb) {
    Args.probability("dropout", "1 - keepProb", 1 - keepProb, false);
    return new Dropout(1 - keepProb, "keep_prob=" + Text.of(keepProb));
  }

  @Override
  protected Tensor construct(Tensor x) {
    if (!training() || p == 0) {
      return x;
    }
    Tensor in = Casts.input(Prims.DROPOUT, x);
    Generator.Stream stream = Random.nextStream("dropout", 0, x.size());
    Attrs.Dropout attrs = new Attrs.Dropout(p, stream.key(), stream.counter());
    return Interpreters.bind(Prims.DROPOUT, attrs, in);
  }

  @Override
  public String extendRepr() {
    return repr;
  }
}
