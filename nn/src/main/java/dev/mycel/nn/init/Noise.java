package dev.mycel.nn.init;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Law;
import dev.mycel.core.Ops;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.RootInterpreter;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.Iterator;
import java.util.List;

/** The random numbers that were reserved for one initial value; each draw takes its own stretch. */
public final class Noise {
  private final Iterator<Generator.Stream> streams;

  Noise(List<Generator.Stream> streams) {
    this.streams = streams.iterator();
  }

  /** The next numbers, uniform in [0, 1). */
  public float[] uniform(long count) {
    return draw(Prims.RANDOM_UNIFORM, count);
  }

  /** The next numbers, standard normal. */
  public float[] normal(long count) {
    return draw(Prims.RANDOM_NORMAL, count);
  }

  /**
   * The next numbers, standard normal given that they lie between two bounds, however far out those
   * are.
   */
  @SuppressWarnings("try") // the scope only ends what is made on the way
  public double[] truncatedNormal(long count, double low, double high) {
    Generator.Stream stream = next();
    RootInterpreter root = Interpreters.root();
    Shape shape = Shape.of(count);
    Attrs.Sample draw =
        new Attrs.Sample(Law.TRUNCATED_NORMAL, shape, stream.key(), stream.counter());
    try (Scope scope = Scope.open()) {
      Tensor[] bounds = {Ops.full(shape, low, DType.FLOAT64), Ops.full(shape, high, DType.FLOAT64)};
      return (double[]) root.toHost(root.interpret(Prims.RANDOM_SAMPLE, draw, bounds)[0]);
    }
  }

  private Generator.Stream next() {
    if (!streams.hasNext()) {
      throw new ArgumentException(
          "initializer: it draws more often than its method draws() announced");
    }
    return streams.next();
  }

  @SuppressWarnings("try") // the scope only ends what is made on the way
  private float[] draw(Primitive<Attrs.Draw> source, long count) {
    Generator.Stream stream = next();
    RootInterpreter root = Interpreters.root();
    Attrs.Draw draw =
        new Attrs.Draw(Shape.of(count), DType.FLOAT32, stream.key(), stream.counter());
    try (Scope scope = Scope.open()) {
      Tensor numbers = root.interpret(source, draw, new Tensor[0])[0];
      return (float[]) root.toHost(numbers);
    }
  }
}
