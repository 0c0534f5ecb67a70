package dev.mycel.nn.init;

import dev.mycel.core.DType;
import dev.mycel.core.Generator;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Precision;
import dev.mycel.core.Random;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor that is planned but not made: it knows its shape, its dtype, its rule and the random
 * numbers reserved for it. {@link #initData} makes it; made again it would have the same values.
 */
public final class LazyTensor {
  private final Initializer rule;
  private final Shape shape;
  private final DType dtype;
  private final List<Generator.Stream> streams;
  private @Nullable Tensor made;

  private LazyTensor(Initializer rule, Shape shape, DType dtype, List<Generator.Stream> streams) {
    this.rule = rule;
    this.shape = shape;
    this.dtype = dtype;
    this.streams = streams;
  }

  static LazyTensor plan(Initializer rule, Shape shape, DType dtype) {
    List<Generator.Stream> streams = new ArrayList<>();
    for (int i = 0; i < rule.draws(); i++) {
      streams.add(Random.nextStream("init", 0, shape.size()));
    }
    return new LazyTensor(rule, shape, dtype, List.copyOf(streams));
  }

  /** Extents. */
  public Shape shape() {
    return shape;
  }

  /** Element type. */
  public DType dtype() {
    return dtype;
  }

  /** The tensor, made at the first call and the same one ever after. */
  public synchronized Tensor initData() {
    Tensor known = made;
    if (known == null) {
      known = Scope.keep(make());
      made = known;
    }
    return known;
  }

  /** A new tensor with the planned values, which the caller's scope owns. */
  public Tensor make() {
    // Neither a gradient that is being recorded nor a precision may reach into initial values.
    Precision before = Precision.swap(Precision.NONE);
    try {
      return Interpreters.under(
          Interpreters.root(), () -> rule.make(shape, dtype, new Noise(streams)));
    } finally {
      Precision.swap(before);
    }
  }

  /** The values, which this makes. */
  @Override
  public String toString() {
    return initData().toString();
  }
}
