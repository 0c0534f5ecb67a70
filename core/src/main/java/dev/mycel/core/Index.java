package dev.mycel.core;

import org.jspecify.annotations.Nullable;

/**
 * One part of an index as NumPy's square brackets take it: {@code x[1, :, ::-1, mask]} is {@code
 * x.get(Index.at(1), Index.all(), Index.step(-1), Index.mask(mask))}.
 */
public sealed interface Index {
  /**
   * One place of an axis, which vanishes.
   *
   * @param place negative places count from the end
   */
  record At(long place) implements Index {}

  /**
   * A range of an axis as Python slices it: places outside are cut off, null means up to the end.
   *
   * @param start first place, or null
   * @param stop place behind the last, or null
   * @param step distance of two places, negative to walk backwards
   */
  record Range(@Nullable Long start, @Nullable Long stop, long step) implements Index {
    /** Refuses a step of zero. */
    public Range {
      if (step == 0) {
        throw new ArgumentException("index: the step of a range must not be zero");
      }
    }
  }

  /** As many whole axes as the other parts leave. */
  record Ellipsis() implements Index {}

  /** A new axis of extent one. */
  record NewAxis() implements Index {}

  /**
   * Places of an axis; the shapes of several such parts broadcast to each other.
   *
   * @param indices int32 or int64 of any shape; negative ones count from the end
   */
  record Places(Tensor indices) implements Index {}

  /**
   * The places where a condition holds, over as many axes as it has.
   *
   * @param condition bool, with the extents of the axes that it stands for
   */
  record Mask(Tensor condition) implements Index {}

  /** One place of an axis, which vanishes; negative places count from the end. */
  static Index at(long place) {
    return new At(place);
  }

  /** A whole axis: {@code :}. */
  static Index all() {
    return new Range(null, null, 1);
  }

  /** {@code start:stop}. */
  static Index range(long start, long stop) {
    return new Range(start, stop, 1);
  }

  /** {@code start:stop:step}. */
  static Index range(long start, long stop, long step) {
    return new Range(start, stop, step);
  }

  /** {@code start:}. */
  static Index from(long start) {
    return new Range(start, null, 1);
  }

  /** {@code :stop}. */
  static Index until(long stop) {
    return new Range(null, stop, 1);
  }

  /** {@code ::step}; -1 reverses an axis. */
  static Index step(long step) {
    return new Range(null, null, step);
  }

  /** {@code start:stop:step} where null leaves a part out. */
  static Index slice(@Nullable Long start, @Nullable Long stop, @Nullable Long step) {
    return new Range(start, stop, step == null ? 1 : step);
  }

  /** As many whole axes as the other parts leave: {@code ...}. */
  static Index ellipsis() {
    return new Ellipsis();
  }

  /** A new axis of extent one. */
  static Index newAxis() {
    return new NewAxis();
  }

  /** Places of an axis, int32 or int64 of any shape. */
  static Index tensor(Tensor indices) {
    return new Places(indices);
  }

  /** Places of an axis. */
  static Index places(long... indices) {
    return new Places(
        HostArrays.tensor(indices.clone(), DType.INT64, DType.INT64, Shape.of(indices.length)));
  }

  /** The places where a bool tensor is true, over as many axes as it has. */
  static Index mask(Tensor condition) {
    return new Mask(condition);
  }
}
