package dev.mycel.test.bench;

import static dev.mycel.core.Random.randn;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.Tensor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the way to a kernel costs: operations so small that the arithmetic does not count. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class DispatchBenchmark {
  private final Tensor a = randn(4);
  private final Tensor b = randn(4);
  private final Function<Tensor, Tensor> gradient = Autograd.grad((Tensor x) -> x.add(b));

  /** For JMH. */
  public DispatchBenchmark() {}

  /** One addition. */
  @Benchmark
  public Tensor add() {
    return a.add(b);
  }

  /** One addition of a Java number, which is broadcast as a view. */
  @Benchmark
  public Tensor addNumber() {
    return a.add(1.5);
  }

  /** A view. */
  @Benchmark
  public Tensor reshape() {
    return a.reshape(2, 2);
  }

  /** A whole gradient: tape, addition, walk back. */
  @Benchmark
  public Tensor gradientOfAddition() {
    return gradient.apply(a);
  }
}
