package dev.mycel.golden;

import dev.mycel.core.Pair;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.loss.*;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The losses by MindSpore's names, each made from MindSpore's arguments. */
final class LossCells {
  private static final Map<String, Function<Args, Cell<Pair<Tensor, Tensor>, Tensor>>> TABLE =
      new TreeMap<>();

  private LossCells() {}

  static {
    TABLE.put("L1Loss", a -> new L1Loss(a.reduction()));
    TABLE.put("MSELoss", a -> new MSELoss(a.reduction()));
    TABLE.put("MAELoss", a -> new MAELoss(a.reduction()));
    TABLE.put("RMSELoss", a -> new RMSELoss());
    TABLE.put("SmoothL1Loss", a -> new SmoothL1Loss(a.number("beta", 1), none(a)));
    TABLE.put("HuberLoss", a -> new HuberLoss(a.reduction(), a.number("delta", 1)));
    TABLE.put(
        "SoftmaxCrossEntropyWithLogits",
        a -> new SoftmaxCrossEntropyWithLogits(a.bool("sparse", false), none(a)));
    TABLE.put("CrossEntropyLoss", LossCells::crossEntropy);
    TABLE.put(
        "NLLLoss",
        a -> new NLLLoss(a.tensor("weight"), a.integer("ignore_index", -100), a.reduction()));
    TABLE.put("BCELoss", a -> new BCELoss(a.tensor("weight"), a.reduction()));
    TABLE.put(
        "BCEWithLogitsLoss",
        a -> new BCEWithLogitsLoss(a.reduction(), a.tensor("weight"), a.tensor("pos_weight")));
  }

  /** The reduction of a loss whose default is not to reduce. */
  private static dev.mycel.nn.Reduction none(Args a) {
    return a.has("reduction") ? a.reduction() : dev.mycel.nn.Reduction.NONE;
  }

  private static Cell<Pair<Tensor, Tensor>, Tensor> crossEntropy(Args a) {
    CrossEntropyLoss.Builder b = CrossEntropyLoss.builder();
    a.ifTensor("weight", b::weight);
    a.ifGiven("ignore_index", e -> b.ignoreIndex(e.getAsLong()));
    a.ifNumber("label_smoothing", b::labelSmoothing);
    return b.reduction(a.reduction()).build();
  }

  /** Whether there is a loss of that name. */
  static boolean has(String name) {
    return TABLE.containsKey(name);
  }

  /** The loss of that name with those arguments. */
  static Cell<Pair<Tensor, Tensor>, Tensor> cell(Args args) {
    var factory = TABLE.get(args.owner());
    if (factory == null) {
      throw new Unsupported("loss " + args.owner());
    }
    var made = factory.apply(args);
    args.finish();
    return made;
  }

  /** The loss of that name, to be called with predictions and targets. */
  static Module make(Args args) {
    return Module.two(cell(args));
  }
}
