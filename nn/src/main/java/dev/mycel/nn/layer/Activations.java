package dev.mycel.nn.layer;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Activations by MindSpore's names. */
public final class Activations {
  private static final Map<String, Supplier<Cell<Tensor, Tensor>>> BY_ALIAS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("softmin", Softmin::new),
              Map.entry("softmax", Softmax::new),
              Map.entry("logsoftmax", LogSoftmax::new),
              Map.entry("relu", ReLU::new),
              Map.entry("relu6", ReLU6::new),
              Map.entry("silu", SiLU::new),
              Map.entry("tanh", Tanh::new),
              Map.entry("tanhshrink", Tanhshrink::new),
              Map.entry("hardtanh", Hardtanh::new),
              Map.entry("gelu", GELU::new),
              Map.entry("fast_gelu", FastGelu::new),
              Map.entry("elu", ELU::new),
              Map.entry("sigmoid", Sigmoid::new),
              Map.entry("softsign", Softsign::new),
              Map.entry("prelu", PReLU::new),
              Map.entry("leakyrelu", LeakyReLU::new),
              Map.entry("hswish", HSwish::new),
              Map.entry("hsigmoid", HSigmoid::new),
              Map.entry("logsigmoid", LogSigmoid::new),
              Map.entry("softshrink", SoftShrink::new),
              Map.entry("hshrink", HShrink::new),
              Map.entry("mish", Mish::new)));

  private Activations() {}

  /** A new activation of that name with its default arguments: {@code "relu"}. */
  public static Cell<Tensor, Tensor> of(String alias) {
    Supplier<Cell<Tensor, Tensor>> maker = BY_ALIAS.get(alias);
    if (maker == null) {
      throw new ArgumentException(
          Messages.of("activation: there is none named '" + alias + "'")
              .hint("use one of " + String.join(", ", BY_ALIAS.keySet()))
              .text());
    }
    return maker.get();
  }

  /** {@code (x + 3) / 6}, between 0 and 1. */
  static Tensor hardSigmoid(Tensor x) {
    Tensor rising = Ops.relu(x.add(3)).div(6);
    return Ops.where(x.ge(3), Casts.beside(x, 1), rising);
  }
}
