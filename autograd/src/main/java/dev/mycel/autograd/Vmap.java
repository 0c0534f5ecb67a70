package dev.mycel.autograd;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Attrs;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Prims;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.Tree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * A function of one slice as a function of all slices, computed at once. Inside, a tensor has the
 * shape of one slice; what is the same for all slices (weights, constants, what the function closes
 * over) is computed once.
 *
 * <p>It composes with gradients in both orders, and with itself. Inside it values cannot be read,
 * since there is one for each slice; a variable cannot be given one for each; and random numbers
 * are drawn once, for all slices alike.
 *
 * @param <I> input: a tensor, or a record, list or map of tensors
 * @param <O> output, likewise
 */
public final class Vmap<I, O> implements Function<I, O> {
  /** The axis of what has none: an input that all slices share, an output that is one for all. */
  public static final int NONE = Integer.MIN_VALUE;

  private final Function<I, O> function;
  private final int[] in;
  private final int[] out;

  Vmap(Function<I, O> function, int[] in, int[] out) {
    this.function = Checked.function("vmap", function);
    this.in = in;
    this.out = out;
  }

  /**
   * The axes of the input's tensors that run over the slices; 0 if nothing is said.
   *
   * @param axes one for all tensors, or one for each; {@link #NONE} for one that all slices share;
   *     negative axes count from the end
   */
  public Vmap<I, O> inAxes(int... axes) {
    return new Vmap<>(function, given("inAxes", axes), out);
  }

  /**
   * The axes of the output's tensors that shall run over the slices; 0 if nothing is said.
   *
   * @param axes one for all tensors, or one for each; {@link #NONE} for one that does not differ
   *     between slices
   */
  public Vmap<I, O> outAxes(int... axes) {
    return new Vmap<>(function, in, given("outAxes", axes));
  }

  private static int[] given(String which, int[] axes) {
    if (axes.length == 0) {
      throw new ArgumentException("vmap: " + which + " names no axis; the default is 0");
    }
    return axes.clone();
  }

  @Override
  public O apply(I input) {
    Checked.input("vmap", input);
    List<Tensor> inputs = Tree.tensors(input);
    int[] axes = axes("inAxes", in, inputs.size());
    long size = size(inputs, axes);
    Batch batch = new Batch(Interpreters.top(), size);
    try (Scope scope = Scope.open()) {
      List<Tensor> slices = new ArrayList<>();
      for (int i = 0; i < axes.length; i++) {
        Tensor x = inputs.get(i);
        slices.add(axes[i] == NONE ? x : batch.over(moved(x, axes[i], 0)));
      }
      I one = Tree.refill(input, slices);
      O result = Interpreters.under(batch, () -> function.apply(one));
      if (result == null) {
        throw new TensorException("vmap: the function returned null");
      }
      return scope.give(collected(batch, result));
    }
  }

  private O collected(Batch batch, O result) {
    List<Tensor> outputs = Tree.tensors(result);
    int[] axes = axes("outAxes", out, outputs.size());
    List<Tensor> all = new ArrayList<>();
    for (int i = 0; i < axes.length; i++) {
      Tensor y = outputs.get(i);
      if (axes[i] != NONE) {
        int axis = axis("outAxes", axes[i], y.rank() + 1, i, y.shape());
        all.add(moved(batch.all(y), 0, axis));
      } else if (batch.isMapped(y)) {
        throw new ArgumentException(
            Messages.of("vmap: output " + i + " differs between slices and has no axis for them")
                .line("output", y.type())
                .hint("give it an axis by outAxes, or reduce over the slices outside")
                .text());
      } else {
        all.add(y);
      }
    }
    return Tree.refill(result, all);
  }

  /** One axis for each tensor. */
  private static int[] axes(String which, int[] given, int tensors) {
    if (given.length == 1) {
      int[] all = new int[tensors];
      Arrays.fill(all, given[0]);
      return all;
    }
    if (given.length != tensors) {
      throw new ArgumentException(
          Messages.of("vmap: " + which + " does not fit the number of tensors")
              .line("axes   ", given.length)
              .line("tensors", tensors)
              .hint("give one axis for all, or one for each tensor in order")
              .text());
    }
    return given.clone();
  }

  /** The number of slices; the axes are counted from the front afterwards. */
  private static long size(List<Tensor> inputs, int[] axes) {
    long size = -1;
    int first = -1;
    for (int i = 0; i < axes.length; i++) {
      if (axes[i] == NONE) {
        continue;
      }
      Shape shape = inputs.get(i).shape();
      axes[i] = axis("inAxes", axes[i], shape.rank(), i, shape);
      long n = shape.dim(axes[i]);
      if (size >= 0 && n != size) {
        throw new ArgumentException(
            Messages.of("vmap: the inputs have different numbers of slices")
                .line("input " + first, inputs.get(first).shape() + "  " + size + " along its axis")
                .line("input " + i, shape + "  " + n + " along axis " + axes[i])
                .text());
      }
      if (n == 0) {
        throw new ArgumentException(
            Messages.of("vmap: there is no slice").line("input " + i, shape).text());
      }
      first = size < 0 ? i : first;
      size = n;
    }
    if (size < 0) {
      throw new ArgumentException(
          Messages.of("vmap: no input has an axis of slices")
              .line("tensors", axes.length)
              .hint("at least one of inAxes must be an axis")
              .text());
    }
    return size;
  }

  private static int axis(String which, int axis, int rank, int tensor, Shape shape) {
    if (axis < -rank || axis >= rank) {
      throw new ArgumentException(
          Messages.of("vmap: " + which + " names axis " + axis + ", which there is not")
              .line("tensor", tensor + ", of shape " + shape)
              .line("axes  ", rank == 0 ? "none" : "0 to " + (rank - 1))
              .text());
    }
    return axis < 0 ? axis + rank : axis;
  }

  private static Tensor moved(Tensor x, int from, int to) {
    if (from == to) {
      return x;
    }
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < x.rank(); i++) {
      if (i != from) {
        order.add(i);
      }
    }
    order.add(to, from);
    int[] perm = order.stream().mapToInt(Integer::intValue).toArray();
    return Interpreters.bind(Prims.TRANSPOSE, new Attrs.Permutation(perm), x);
  }
}
