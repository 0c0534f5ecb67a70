package dev.mycel.nn.amp;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Precision;
import dev.mycel.core.Prims;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.layer.BatchNorm1d;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.BatchNorm3d;
import dev.mycel.nn.layer.Conv1d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Conv3d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.GRUCell;
import dev.mycel.nn.layer.LSTMCell;
import dev.mycel.nn.layer.LayerNorm;
import dev.mycel.nn.layer.RNNCell;
import java.util.List;
import java.util.function.Function;

/**
 * Automatic mixed precision: chooses for every cell of a network what it computes in. The network
 * itself is prepared and returned. Its cells, their names, what they print and what a checkpoint
 * holds stay the same, and parameters stay float32.
 *
 * <pre>{@code
 * Net net = Amp.autoMixedPrecision(new Net(), AmpLevel.O2, DType.BFLOAT16);
 * }</pre>
 *
 * <p>A level and {@code toFloat} do not go together on one network: either call refuses what the
 * other has prepared. Only {@link AmpLevel#AUTO} leaves alone what {@code toFloat} has chosen.
 */
public final class Amp {
  private static final AmpList WHITE =
      AmpList.white(
              Conv1d.class,
              Conv2d.class,
              Conv3d.class,
              Dense.class,
              LSTMCell.class,
              RNNCell.class,
              GRUCell.class)
          .with(Prims.CONV, Prims.MATMUL, Prims.LINEAR, Prims.ATTENTION, Prims.RELU);

  private static final AmpList BLACK =
      AmpList.black(BatchNorm1d.class, BatchNorm2d.class, BatchNorm3d.class, LayerNorm.class);

  private Amp() {}

  /** Prepares a network to compute in float16 as the level says. */
  public static <C extends Cell<?, ?>> C autoMixedPrecision(C network, AmpLevel level) {
    return autoMixedPrecision(network, level, DType.FLOAT16);
  }

  /**
   * Prepares a network to compute in a low type as the level says. The same call again changes
   * nothing; another level or type is refused then.
   *
   * @param dtype float16 or bfloat16
   * @return the network
   */
  public static <C extends Cell<?, ?>> C autoMixedPrecision(
      C network, AmpLevel level, DType dtype) {
    String call = call("autoMixedPrecision", level.toString(), dtype);
    requireLow("autoMixedPrecision", dtype);
    switch (level) {
      case O0 -> {}
      case O1 -> new Preparation(call, dtype, WHITE).prepare(network);
      case O2 -> new Preparation(call, dtype, BLACK).prepare(network);
      case O3 -> new Preparation(call, dtype, AmpList.black()).prepare(network);
      case AUTO -> Preparation.byClass(call, dtype).prepare(network);
    }
    return network;
  }

  /**
   * A function that computes in a low type where operations gain from it.
   *
   * @param level {@link AmpLevel#AUTO}, or {@code O0} for the function as it is: the other levels
   *     go by cells, which a function does not tell
   * @param dtype float16 or bfloat16
   */
  public static <I, O> Function<I, O> autoMixedPrecisionFunction(
      Function<I, O> function, AmpLevel level, DType dtype) {
    requireLow("autoMixedPrecisionFunction", dtype);
    if (level == AmpLevel.O0) {
      return function;
    }
    if (level != AmpLevel.AUTO) {
      throw new ArgumentException(
          Messages.of(
                  "autoMixedPrecisionFunction: level " + level + " takes a cell, not a function")
              .hint("use AmpLevel.AUTO, or autoMixedPrecision(network, AmpLevel." + level + ")")
              .text());
    }
    Precision precision = Precision.auto(dtype);
    return input -> {
      Precision before = Precision.swap(precision);
      try {
        return function.apply(input);
      } finally {
        Precision.swap(before);
      }
    };
  }

  /**
   * Prepares a network by a list. White: what is on it computes in the low type and gives float32.
   * Black: all else computes in the low type, and the result of the network is float32.
   *
   * @param list not empty
   * @param dtype float16 or bfloat16
   * @return the network
   */
  public static <C extends Cell<?, ?>> C customMixedPrecision(
      C network, AmpList list, DType dtype) {
    requireLow("customMixedPrecision", dtype);
    if (list.isEmpty()) {
      throw new ArgumentException(
          Messages.of("customMixedPrecision: the list is empty")
              .hint("start from Amp.getWhiteList() or Amp.getBlackList()")
              .text());
    }
    new Preparation(call("customMixedPrecision", list.toString(), dtype), dtype, list)
        .prepare(network);
    return network;
  }

  /** What level O1 computes in the low type. */
  public static AmpList getWhiteList() {
    return WHITE;
  }

  /** What level O2 keeps in float32. */
  public static AmpList getBlackList() {
    return BLACK;
  }

  /**
   * Whether no element of any tensor is infinite or NaN.
   *
   * @param tensors of any types
   * @return a bool scalar; true for no tensors
   */
  @SuppressWarnings("try") // the scope ends what is made on the way
  public static Tensor allFinite(List<Tensor> tensors) {
    // A precision in force would make infinities of large numbers.
    Precision before = Precision.swap(Precision.NONE);
    try (Scope scope = Scope.open()) {
      Tensor all = Ops.scalar(1, DType.BOOL);
      for (Tensor t : tensors) {
        all = all.logicalAnd(t.isFinite().all());
      }
      return scope.give(all);
    } finally {
      Precision.swap(before);
    }
  }

  private static String call(String method, String how, DType dtype) {
    return method + "(" + how + ", " + dtype + ")";
  }

  private static void requireLow(String method, DType dtype) {
    if (dtype != DType.FLOAT16 && dtype != DType.BFLOAT16) {
      throw new DTypeException(
          Messages.of(method + ": " + dtype + " is no low type")
              .hint("use float16 or bfloat16")
              .text());
    }
  }
}
