package dev.mycel.golden;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import dev.mycel.optim.schedule.*;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Learning rates by MindSpore's names: schedules, and functions that list the rates of all steps.
 */
final class Schedules {
  private static final Map<String, Function<Args, LearningRateSchedule>> CELLS = new HashMap<>();
  private static final Map<String, Function<Args, List<Double>>> LISTS = new HashMap<>();

  private Schedules() {}

  static {
    CELLS.put(
        "ExponentialDecayLR",
        a ->
            new ExponentialDecayLR(
                a.number("learning_rate"),
                a.number("decay_rate"),
                a.integer("decay_steps"),
                a.bool("is_stair", false)));
    CELLS.put(
        "NaturalExpDecayLR",
        a ->
            new NaturalExpDecayLR(
                a.number("learning_rate"),
                a.number("decay_rate"),
                a.integer("decay_steps"),
                a.bool("is_stair", false)));
    CELLS.put(
        "InverseDecayLR",
        a ->
            new InverseDecayLR(
                a.number("learning_rate"),
                a.number("decay_rate"),
                a.integer("decay_steps"),
                a.bool("is_stair", false)));
    CELLS.put(
        "CosineDecayLR",
        a -> new CosineDecayLR(a.number("min_lr"), a.number("max_lr"), a.integer("decay_steps")));
    CELLS.put(
        "PolynomialDecayLR",
        a ->
            new PolynomialDecayLR(
                a.number("learning_rate"),
                a.number("end_learning_rate"),
                a.integer("decay_steps"),
                a.number("power"),
                a.bool("update_decay_steps", false)));
    CELLS.put("WarmUpLR", a -> new WarmUpLR(a.number("learning_rate"), a.integer("warmup_steps")));
    CELLS.put("WarmedUp", Schedules::warmedUp);
    lists();
  }

  private static void lists() {
    LISTS.put(
        "piecewise_constant_lr",
        a ->
            LearningRates.piecewiseConstantLr(
                Arrays.stream(a.longs("milestone")).mapToInt(Math::toIntExact).toArray(),
                numbers(a, "learning_rates")));
    LISTS.put(
        "exponential_decay_lr",
        a ->
            LearningRates.exponentialDecayLr(
                a.number("learning_rate"),
                a.number("decay_rate"),
                whole(a, "total_step"),
                whole(a, "step_per_epoch"),
                whole(a, "decay_epoch"),
                a.bool("is_stair", false)));
    LISTS.put(
        "natural_exp_decay_lr",
        a ->
            LearningRates.naturalExpDecayLr(
                a.number("learning_rate"),
                a.number("decay_rate"),
                whole(a, "total_step"),
                whole(a, "step_per_epoch"),
                whole(a, "decay_epoch"),
                a.bool("is_stair", false)));
    LISTS.put(
        "inverse_decay_lr",
        a ->
            LearningRates.inverseDecayLr(
                a.number("learning_rate"),
                a.number("decay_rate"),
                whole(a, "total_step"),
                whole(a, "step_per_epoch"),
                whole(a, "decay_epoch"),
                a.bool("is_stair", false)));
    LISTS.put(
        "cosine_decay_lr",
        a ->
            LearningRates.cosineDecayLr(
                a.number("min_lr"),
                a.number("max_lr"),
                whole(a, "total_step"),
                whole(a, "step_per_epoch"),
                whole(a, "decay_epoch")));
    LISTS.put(
        "polynomial_decay_lr",
        a ->
            LearningRates.polynomialDecayLr(
                a.number("learning_rate"),
                a.number("end_learning_rate"),
                whole(a, "total_step"),
                whole(a, "step_per_epoch"),
                whole(a, "decay_epoch"),
                a.number("power"),
                a.bool("update_decay_epoch", false)));
    LISTS.put(
        "warmup_lr",
        a ->
            LearningRates.warmupLr(
                a.number("learning_rate"),
                whole(a, "total_step"),
                whole(a, "step_per_epoch"),
                whole(a, "warmup_epoch")));
  }

  /** A schedule of the case's own: one until a step, another afterwards. */
  private static LearningRateSchedule warmedUp(Args a) {
    LearningRateSchedule warmup = of(a, "warmup");
    LearningRateSchedule after = of(a, "after");
    long steps = a.integer("warmup_steps");
    return step -> step < steps ? warmup.at(step) : after.at(step);
  }

  private static LearningRateSchedule of(Args a, String name) {
    JsonElement e = a.raw(name);
    if (e == null) {
      throw new IllegalStateException(a.owner() + ": the case lacks " + name);
    }
    return cell(a.cell(e));
  }

  private static int whole(Args a, String name) {
    return Math.toIntExact(a.integer(name));
  }

  private static double[] numbers(Args a, String name) {
    JsonElement e = a.raw(name);
    List<JsonElement> all = e == null ? List.of(new JsonPrimitive(0)) : e.getAsJsonArray().asList();
    return all.stream().mapToDouble(JsonElement::getAsDouble).toArray();
  }

  /** The schedule of that name. */
  static LearningRateSchedule cell(Args args) {
    var factory = CELLS.get(args.owner());
    if (factory == null) {
      throw new Unsupported("schedule " + args.owner());
    }
    LearningRateSchedule made = factory.apply(args);
    args.finish();
    return made;
  }

  /** The rates of that many steps. */
  static double[] values(Args args, int steps) {
    var list = LISTS.get(args.owner());
    if (list != null) {
      List<Double> rates = list.apply(args);
      args.finish();
      return rates.stream().mapToDouble(Double::doubleValue).toArray();
    }
    LearningRateSchedule schedule = cell(args);
    return IntStream.range(0, steps).mapToDouble(schedule::at).toArray();
  }
}
