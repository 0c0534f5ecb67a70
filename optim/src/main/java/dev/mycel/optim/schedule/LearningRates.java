package dev.mycel.optim.schedule;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongToDoubleFunction;

/**
 * Learning rates as lists, one element a step, to be given to an optimiser. The rate changes with
 * the epoch, {@code floor(step / stepPerEpoch)}, by the formulas of the schedules of like name.
 */
public final class LearningRates {
  private LearningRates() {}

  /**
   * Rate {@code i} until step {@code milestone[i]}, which is the first step not to have it.
   *
   * @param milestone steps, increasing and positive; the last one is the length of the list
   * @param learningRates as many rates
   */
  public static List<Double> piecewiseConstantLr(int[] milestone, double[] learningRates) {
    String op = "piecewiseConstantLr";
    if (milestone.length == 0 || milestone.length != learningRates.length) {
      throw new ArgumentException(
          Messages.of(op + ": there must be as many milestones as rates, and at least one")
              .line("milestones", milestone.length)
              .line("rates     ", learningRates.length)
              .text());
    }
    List<Double> list = new ArrayList<>();
    for (int i = 0; i < milestone.length; i++) {
      Require.nonNegative(op, "learningRates[" + i + "]", learningRates[i]);
      if (milestone[i] <= list.size()) {
        throw new ArgumentException(
            op
                + ": milestones must increase from 1 on, but milestone["
                + i
                + "] is "
                + milestone[i]
                + " after "
                + list.size());
      }
      while (list.size() < milestone[i]) {
        list.add(learningRates[i]);
      }
    }
    return List.copyOf(list);
  }

  /** {@code learningRate * decayRate ^ (epoch / decayEpoch)}. */
  public static List<Double> exponentialDecayLr(
      double learningRate, double decayRate, int totalStep, int stepPerEpoch, int decayEpoch) {
    return exponentialDecayLr(learningRate, decayRate, totalStep, stepPerEpoch, decayEpoch, false);
  }

  /** {@code learningRate * decayRate ^ (epoch / decayEpoch)}, the exponent whole for a stair. */
  public static List<Double> exponentialDecayLr(
      double learningRate,
      double decayRate,
      int totalStep,
      int stepPerEpoch,
      int decayEpoch,
      boolean isStair) {
    checkDecay("exponentialDecayLr", learningRate, decayRate, decayEpoch);
    return list(
        "exponentialDecayLr",
        totalStep,
        stepPerEpoch,
        e -> Curves.exponential(learningRate, decayRate, e, decayEpoch, isStair));
  }

  /** {@code learningRate * e ^ (-decayRate * epoch)}. */
  public static List<Double> naturalExpDecayLr(
      double learningRate, double decayRate, int totalStep, int stepPerEpoch, int decayEpoch) {
    return naturalExpDecayLr(learningRate, decayRate, totalStep, stepPerEpoch, decayEpoch, false);
  }

  /**
   * {@code learningRate * e ^ (-decayRate * epoch)}, the epoch rounded down to a multiple of {@code
   * decayEpoch} for a stair.
   */
  public static List<Double> naturalExpDecayLr(
      double learningRate,
      double decayRate,
      int totalStep,
      int stepPerEpoch,
      int decayEpoch,
      boolean isStair) {
    checkDecay("naturalExpDecayLr", learningRate, decayRate, decayEpoch);
    return list(
        "naturalExpDecayLr",
        totalStep,
        stepPerEpoch,
        e -> Curves.naturalExp(learningRate, decayRate, e, decayEpoch, isStair));
  }

  /** {@code learningRate / (1 + decayRate * epoch / decayEpoch)}. */
  public static List<Double> inverseDecayLr(
      double learningRate, double decayRate, int totalStep, int stepPerEpoch, int decayEpoch) {
    return inverseDecayLr(learningRate, decayRate, totalStep, stepPerEpoch, decayEpoch, false);
  }

  /**
   * {@code learningRate / (1 + decayRate * epoch / decayEpoch)}, the quotient whole for a stair.
   */
  public static List<Double> inverseDecayLr(
      double learningRate,
      double decayRate,
      int totalStep,
      int stepPerEpoch,
      int decayEpoch,
      boolean isStair) {
    checkDecay("inverseDecayLr", learningRate, decayRate, decayEpoch);
    return list(
        "inverseDecayLr",
        totalStep,
        stepPerEpoch,
        e -> Curves.inverse(learningRate, decayRate, e, decayEpoch, isStair));
  }

  /** From {@code maxLr} to {@code minLr} along half a period of the cosine in that many epochs. */
  public static List<Double> cosineDecayLr(
      double minLr, double maxLr, int totalStep, int stepPerEpoch, int decayEpoch) {
    Require.nonNegative("cosineDecayLr", "minLr", minLr);
    Require.positive("cosineDecayLr", "maxLr", maxLr);
    Require.less("cosineDecayLr", "minLr", minLr, "maxLr", maxLr);
    Require.positive("cosineDecayLr", "decayEpoch", decayEpoch);
    return list(
        "cosineDecayLr", totalStep, stepPerEpoch, e -> Curves.cosine(minLr, maxLr, e, decayEpoch));
  }

  /** A power of what is left of {@code decayEpoch}, and then {@code endLearningRate}. */
  public static List<Double> polynomialDecayLr(
      double learningRate,
      double endLearningRate,
      int totalStep,
      int stepPerEpoch,
      int decayEpoch,
      double power) {
    return polynomialDecayLr(
        learningRate, endLearningRate, totalStep, stepPerEpoch, decayEpoch, power, false);
  }

  /**
   * A power of what is left of {@code decayEpoch}, which grows with the epochs if {@code
   * updateDecayEpoch}.
   */
  public static List<Double> polynomialDecayLr(
      double learningRate,
      double endLearningRate,
      int totalStep,
      int stepPerEpoch,
      int decayEpoch,
      double power,
      boolean updateDecayEpoch) {
    Require.positive("polynomialDecayLr", "learningRate", learningRate);
    Require.nonNegative("polynomialDecayLr", "endLearningRate", endLearningRate);
    Require.positive("polynomialDecayLr", "decayEpoch", decayEpoch);
    Require.positive("polynomialDecayLr", "power", power);
    return list(
        "polynomialDecayLr",
        totalStep,
        stepPerEpoch,
        e ->
            Curves.polynomial(
                learningRate, endLearningRate, e, decayEpoch, power, updateDecayEpoch));
  }

  /** Grows evenly from nothing to {@code learningRate} in {@code warmupEpoch} epochs. */
  public static List<Double> warmupLr(
      double learningRate, int totalStep, int stepPerEpoch, int warmupEpoch) {
    Require.nonNegative("warmupLr", "learningRate", learningRate);
    Require.positive("warmupLr", "warmupEpoch", warmupEpoch);
    return list(
        "warmupLr", totalStep, stepPerEpoch, e -> Curves.warmUp(learningRate, e, warmupEpoch));
  }

  private static void checkDecay(String op, double learningRate, double decayRate, int decayEpoch) {
    Require.positive(op, "learningRate", learningRate);
    Require.positive(op, "decayRate", decayRate);
    Require.positive(op, "decayEpoch", decayEpoch);
  }

  private static List<Double> list(
      String op, int totalStep, int stepPerEpoch, LongToDoubleFunction byEpoch) {
    Require.positive(op, "totalStep", totalStep);
    Require.positive(op, "stepPerEpoch", stepPerEpoch);
    List<Double> list = new ArrayList<>(totalStep);
    for (int step = 0; step < totalStep; step++) {
      list.add(byEpoch.applyAsDouble(step / stepPerEpoch));
    }
    return List.copyOf(list);
  }
}
