package dev.mycel.autograd;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import dev.mycel.core.Tree;
import dev.mycel.core.Variable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;

/**
 * What is differentiated with respect to: some tensors of the input, or variables, and the form in
 * which gradients come back.
 *
 * @param positions positions among the input's tensors, or null for all of them
 * @param weights variables
 * @param form makes the result from the input and the gradients, inputs' before weights'
 */
record Targets<I, G>(
    int @org.jspecify.annotations.Nullable [] positions,
    List<? extends Variable> weights,
    BiFunction<I, List<Tensor>, G> form) {

  /** All tensors of the input, in the input's form. */
  static <I> Targets<I, I> whole() {
    return new Targets<>(null, List.of(), Tree::refill);
  }

  static <I, G> Targets<I, G> at(int[] positions, BiFunction<I, List<Tensor>, G> form) {
    return of(positions, List.of(), form);
  }

  static <I, G> Targets<I, G> of(
      int[] positions, List<? extends Variable> weights, BiFunction<I, List<Tensor>, G> form) {
    if (positions == null || weights == null || weights.stream().anyMatch(Objects::isNull)) {
      throw new ArgumentException(
          "grad: positions or weights are null, or one of the weights is;"
              + " leave out what is not asked for");
    }
    if (positions.length == 0 && weights.isEmpty()) {
      throw new ArgumentException(
          Messages.of("grad: there is nothing to derive for, neither a position nor a weight")
              .hint("name positions or weights; grad(f) alone derives for the whole input")
              .text());
    }
    int[] sorted = positions.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < sorted.length; i++) {
      if (sorted[i] < 0 || (i > 0 && sorted[i] == sorted[i - 1])) {
        throw new ArgumentException(
            Messages.of("grad: positions must be distinct and not negative")
                .line("positions", Arrays.toString(positions))
                .text());
      }
    }
    return new Targets<>(positions.clone(), List.copyOf(weights), form);
  }

  /** Variables alone; none of them is no mistake, since a network may be frozen as a whole. */
  static <I, G> Targets<I, G> of(
      List<? extends Variable> weights, BiFunction<I, List<Tensor>, G> form) {
    return weights != null && weights.isEmpty()
        ? new Targets<>(new int[0], List.of(), form)
        : of(new int[0], weights, form);
  }

  /** The same targets, with the gradients in another form. */
  Targets<I, IdentifiedGradients> identified() {
    return new Targets<>(
        positions,
        weights,
        (in, grads) -> {
          Map<Object, Tensor> byId = new LinkedHashMap<>();
          int inputs = grads.size() - weights.size();
          for (int i = 0; i < inputs; i++) {
            byId.put(positions == null ? i : positions[i], grads.get(i));
          }
          for (int k = 0; k < weights.size(); k++) {
            byId.put(weights.get(k), grads.get(inputs + k));
          }
          return new IdentifiedGradients(byId);
        });
  }

  /** The positions, checked against the number of tensors that the input has. */
  int[] checked(int tensors) {
    if (positions == null) {
      int[] all = new int[tensors];
      Arrays.setAll(all, i -> i);
      return all;
    }
    for (int p : positions) {
      if (p >= tensors) {
        throw new ArgumentException(
            Messages.of("grad: there is no input " + p)
                .line("inputs that are tensors", tensors)
                .hint("positions count from 0; a plain number has no gradient")
                .text());
      }
    }
    return positions;
  }
}
