package dev.mycel.core;

/** Indices drawn in proportion to weights. */
final class Weighted {
  private Weighted() {}

  /** Indices [samples] or [batch, samples] for weights [classes] or [batch, classes]. */
  static Tensor indices(
      String op, Tensor weights, long samples, boolean replacement, Source source) {
    Shape s = Checks.notNull(weights, op, "the weights").shape();
    if (!weights.dtype().isFloat()) {
      throw new DTypeException(
          Messages.of(op + ": weights are floating-point numbers")
              .line("found", weights.type())
              .text());
    }
    boolean fits = s.rank() == 1 || s.rank() == 2;
    if (!fits || samples < 0 || s.dim(-1) == 0 || (!replacement && samples > s.dim(-1))) {
      throw new ArgumentException(
          Messages.of(op + ": the weights do not fit the number of samples")
              .line("weights", s + "  [classes] or [batch, classes]")
              .line("samples", samples)
              .hint("without replacement there are at most as many samples as classes")
              .text());
    }
    Sampling.notNegative(op, "a weight", weights);
    requirePositive(op, weights, replacement ? Math.min(samples, 1) : samples);
    Generator.Stream stream = source.next(op, samples);
    return Sampling.exactly(
        () -> {
          Tensor w = Join.to(DType.FLOAT64, weights);
          return replacement ? again(w, samples, stream) : once(w, samples, stream);
        });
  }

  /** Refuses rows with fewer positive weights than that. */
  private static void requirePositive(String op, Tensor weights, long least) {
    Tensor root = Interpreters.lowerToRoot(weights);
    long[] positive =
        Interpreters.under(
            Interpreters.root(), () -> root.gt(0).cast(DType.INT64).sum(-1).toLongArray());
    for (int row = 0; row < positive.length; row++) {
      if (positive[row] < least) {
        throw new ArgumentException(
            Messages.of(op + ": too few weights are positive")
                .line("weights ", weights.shape() + (weights.rank() == 1 ? "" : "  row " + row))
                .line("positive", positive[row])
                .line("needed  ", least)
                .hint("a class of weight zero is never drawn")
                .text());
      }
    }
  }

  /** By where a uniform number falls among the running sums. */
  private static Tensor again(Tensor w, long samples, Generator.Stream stream) {
    Shape s = w.shape();
    int last = s.rank() - 1;
    Tensor edges = Interpreters.bind(Prims.CUMSUM, new Attrs.Scan(last, false, false), w);
    Tensor total = Movement.narrow(edges, last, s.dim(-1) - 1, 1);
    Tensor place = Sampling.unit(s.with(last, samples), stream).mul(total);
    Tensor passed =
        Join.binary(Prims.LE, Ops.expandDims(edges, last), Ops.expandDims(place, last + 1));
    return passed.cast(DType.INT64).sum(last + 1);
  }

  /**
   * Exponential races: the earliest of arrivals at rates w are a sample without replacement
   * (Efraimidis and Spirakis, 2006). What has no weight arrives never.
   */
  private static Tensor once(Tensor w, long samples, Generator.Stream stream) {
    int last = w.rank() - 1;
    Tensor arrival = Sampling.draw(Law.EXPONENTIAL, w.shape(), stream).div(w);
    Tensor never = Ops.where(w.gt(0), arrival, Double.POSITIVE_INFINITY);
    Tensor order = Interpreters.bindAll(Prims.SORT, new Attrs.Sort(last, false), never)[1];
    return Movement.narrow(order, last, 0, samples);
  }
}
