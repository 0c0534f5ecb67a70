package dev.mycel.golden;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.mycel.nn.Parameter;
import dev.mycel.optim.*;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The optimizers by MindSpore's names, each made from MindSpore's arguments. */
final class Optimizers {
  /** Makes an optimizer of parameters, or of groups where there are some. */
  private interface Factory {
    Optimizer make(Args args, List<Parameter> parameters, ParamGroup @Nullable [] groups);
  }

  private static final Map<String, Factory> TABLE = new HashMap<>();

  private Optimizers() {}

  static {
    TABLE.put(
        "SGD",
        (a, p, g) -> {
          SGD.Builder b = common(a, g == null ? SGD.builder(p) : SGD.builder(g));
          a.ifNumber("momentum", b::momentum);
          a.ifNumber("dampening", b::dampening);
          a.ifBool("nesterov", b::nesterov);
          return b.build();
        });
    TABLE.put(
        "Momentum",
        (a, p, g) -> {
          Momentum.Builder b = common(a, g == null ? Momentum.builder(p) : Momentum.builder(g));
          a.ifNumber("momentum", b::momentum);
          a.ifBool("use_nesterov", b::useNesterov);
          return b.build();
        });
    TABLE.put(
        "Adam",
        (a, p, g) -> {
          Adam.Builder b = common(a, g == null ? Adam.builder(p) : Adam.builder(g));
          a.ifNumber("beta1", b::beta1);
          a.ifNumber("beta2", b::beta2);
          a.ifNumber("eps", b::eps);
          a.ifBool("use_nesterov", b::useNesterov);
          a.ifBool("use_amsgrad", b::useAmsgrad);
          return b.build();
        });
    TABLE.put(
        "AdamWeightDecay",
        (a, p, g) -> {
          AdamWeightDecay.Builder b =
              common(a, g == null ? AdamWeightDecay.builder(p) : AdamWeightDecay.builder(g));
          a.ifNumber("beta1", b::beta1);
          a.ifNumber("beta2", b::beta2);
          a.ifNumber("eps", b::eps);
          return b.build();
        });
  }

  private static <B extends OptimizerBuilder<B>> B common(Args a, B b) {
    a.ifGiven(
        "learning_rate",
        e -> {
          if (e.isJsonArray()) {
            b.learningRate(
                e.getAsJsonArray().asList().stream().map(JsonElement::getAsDouble).toList());
          } else if (e.isJsonObject()) {
            b.learningRate(Schedules.cell(a.cell(e)));
          } else {
            b.learningRate(e.getAsDouble());
          }
        });
    a.ifGiven(
        "weight_decay",
        e -> {
          if (e.isJsonObject()) {
            b.weightDecay(Schedules.cell(a.cell(e)));
          } else {
            b.weightDecay(e.getAsDouble());
          }
        });
    a.ifNumber("loss_scale", b::lossScale);
    return b;
  }

  /** The optimizer of that name. */
  static Optimizer make(Args args, List<Parameter> parameters, ParamGroup @Nullable [] groups) {
    Factory factory = TABLE.get(args.owner());
    if (factory == null) {
      throw new Unsupported("optimizer " + args.owner());
    }
    Optimizer made = factory.make(args, parameters, groups);
    args.finish();
    return made;
  }

  /** The groups of a case, or null. */
  static ParamGroup @Nullable [] groups(GoldenCase c, Map<String, Parameter> byName) {
    if (!c.has("groups")) {
      return null;
    }
    List<ParamGroup> groups = new ArrayList<>();
    for (JsonElement e : c.json().getAsJsonArray("groups")) {
      groups.add(group(c.args(), e.getAsJsonObject(), byName));
    }
    return groups.toArray(ParamGroup[]::new);
  }

  private static ParamGroup group(Args a, JsonObject o, Map<String, Parameter> byName) {
    if (o.has("order_params")) {
      return ParamGroup.order(named(o.get("order_params"), byName));
    }
    ParamGroup g = ParamGroup.of(named(o.get("params"), byName));
    JsonElement lr = o.get("lr");
    if (lr != null) {
      g =
          lr.isJsonArray()
              ? g.lr(lr.getAsJsonArray().asList().stream().map(JsonElement::getAsDouble).toList())
              : lr.isJsonObject() ? g.lr(Schedules.cell(a.cell(lr))) : g.lr(lr.getAsDouble());
    }
    JsonElement decay = o.get("weight_decay");
    if (decay != null) {
      g =
          decay.isJsonObject()
              ? g.weightDecay(Schedules.cell(a.cell(decay)))
              : g.weightDecay(decay.getAsDouble());
    }
    if (o.has("grad_centralization")) {
      g = g.gradCentralization(o.get("grad_centralization").getAsBoolean());
    }
    for (String key : o.keySet()) {
      if (!Set.of("params", "lr", "weight_decay", "grad_centralization").contains(key)) {
        throw new Unsupported("parameter group: " + key);
      }
    }
    return g;
  }

  private static List<Parameter> named(JsonElement names, Map<String, Parameter> byName) {
    return names.getAsJsonArray().asList().stream().map(n -> byName.get(n.getAsString())).toList();
  }
}
