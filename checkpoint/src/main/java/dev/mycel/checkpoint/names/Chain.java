package dev.mycel.checkpoint.names;

import dev.mycel.core.Tensor;
import java.util.List;
import java.util.Optional;

/** Two transforms, one after the other. */
record Chain(ValueTransform first, ValueTransform second) implements ValueTransform {
  @Override
  public ValueForm form(List<ValueForm> sources) {
    return second.form(List.of(first.form(sources)));
  }

  @Override
  public Tensor apply(List<Tensor> sources) {
    return second.apply(List.of(first.apply(sources)));
  }

  @Override
  public Optional<ValueTransform> inverse() {
    return second.inverse().flatMap(back -> first.inverse().map(back::then));
  }

  @Override
  public String toString() {
    return first + " " + second;
  }
}
