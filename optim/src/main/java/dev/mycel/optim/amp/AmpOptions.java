package dev.mycel.optim.amp;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Messages;
import dev.mycel.nn.amp.AmpLevel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How {@link TrainNetworks#buildTrainNetwork} prepares a network: a level, and what departs from
 * its presets. Options do not change: each method gives new ones.
 *
 * <table>
 * <caption>Presets</caption>
 * <tr><th>level</th><th>low type</th><th>norms</th><th>loss scale</th></tr>
 * <tr><td>O0</td><td>none</td><td></td><td>none</td></tr>
 * <tr><td>O1, auto</td><td>float16</td><td>as the level says</td><td>none</td></tr>
 * <tr><td>O2</td><td>float16</td><td>float32</td><td>dynamic; none with bfloat16</td></tr>
 * <tr><td>O3</td><td>float16</td><td>float16</td><td>none</td></tr>
 * </table>
 */
public final class AmpOptions {
  private final AmpLevel level;
  private final @Nullable DType castModelType;
  private final @Nullable Boolean keepBatchnormFp32;
  private final boolean presetScale;
  private final @Nullable LossScaleManager manager;

  private AmpOptions(
      AmpLevel level,
      @Nullable DType castModelType,
      @Nullable Boolean keepBatchnormFp32,
      boolean presetScale,
      @Nullable LossScaleManager manager) {
    this.level = level;
    this.castModelType = castModelType;
    this.keepBatchnormFp32 = keepBatchnormFp32;
    this.presetScale = presetScale;
    this.manager = manager;
  }

  /** The presets of a level. */
  public static AmpOptions of(AmpLevel level) {
    return new AmpOptions(level, null, null, true, null);
  }

  /**
   * What to compute in: float16, bfloat16, or float32 for no mixed precision at all. With level O0,
   * a low type is as level O3.
   */
  public AmpOptions castModelType(DType type) {
    if (type != DType.FLOAT16 && type != DType.BFLOAT16 && type != DType.FLOAT32) {
      throw new DTypeException(
          Messages.of("buildTrainNetwork: castModelType cannot be " + type)
              .hint("use float16, bfloat16 or float32")
              .text());
    }
    return new AmpOptions(level, type, keepBatchnormFp32, presetScale, manager);
  }

  /**
   * Whether norms stay in float32; true for O2, false for O3. The levels O1 and auto have rules of
   * their own, and refuse it.
   */
  public AmpOptions keepBatchnormFp32(boolean keep) {
    if (level == AmpLevel.O1 || level == AmpLevel.AUTO) {
      throw new ArgumentException(
          Messages.of("buildTrainNetwork: keepBatchnormFp32 means nothing at level " + level)
              .hint("level " + level + " computes norms in float32; use it with O2 or O3")
              .text());
    }
    return new AmpOptions(level, castModelType, keep, presetScale, manager);
  }

  /** How the loss is scaled. */
  public AmpOptions lossScaleManager(LossScaleManager chosen) {
    return new AmpOptions(level, castModelType, keepBatchnormFp32, false, chosen);
  }

  /** No scaling, whatever the level has as preset. */
  public AmpOptions withoutLossScale() {
    return new AmpOptions(level, castModelType, keepBatchnormFp32, false, null);
  }

  /** The level. */
  public AmpLevel level() {
    return level;
  }

  /** The low type, or float32 for none. */
  public DType type() {
    DType chosen = castModelType;
    if (chosen != null) {
      return chosen;
    }
    return level == AmpLevel.O0 ? DType.FLOAT32 : DType.FLOAT16;
  }

  /** The level that {@link #type} and the rule for norms come to. */
  AmpLevel effectiveLevel() {
    if (type() == DType.FLOAT32) {
      return AmpLevel.O0;
    }
    if (level == AmpLevel.O1 || level == AmpLevel.AUTO) {
      return level;
    }
    Boolean keep = keepBatchnormFp32;
    boolean keeps = keep == null ? level == AmpLevel.O2 : keep;
    return keeps ? AmpLevel.O2 : AmpLevel.O3;
  }

  /** The manager that was given, if any. */
  @Nullable LossScaleManager chosenManager() {
    return manager;
  }

  /** How the loss is scaled, if at all; a new manager where the preset has one. */
  Optional<LossScaleManager> manager() {
    if (presetScale && level == AmpLevel.O2 && type() != DType.BFLOAT16) {
      return Optional.of(new DynamicLossScaleManager());
    }
    return Optional.ofNullable(manager);
  }
}
