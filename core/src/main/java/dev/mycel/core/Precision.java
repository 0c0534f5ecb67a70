package dev.mycel.core;

import org.jspecify.annotations.Nullable;

/**
 * The floating-point types that operations compute in while it is in force on a thread. Consulted
 * in one place, where operations join element types, so that the casts become part of what is
 * recorded and a gradient repeats them exactly.
 *
 * @param compute the type to which floating-point inputs are cast, or null to leave them
 * @param byClass false: every operation casts; true: only heavy ones do, sensitive ones compute in
 *     float32, and the rest take what they get
 */
public record Precision(@Nullable DType compute, boolean byClass) {
  /** Leaves every input as it is. */
  public static final Precision NONE = new Precision(null, false);

  /** Every operation casts its floating-point inputs to that type. */
  public static Precision of(DType compute) {
    return new Precision(checked(compute), false);
  }

  /**
   * Contractions and convolutions compute in that type, exponentials, sums, norms and losses in
   * float32, the rest as its inputs.
   */
  public static Precision auto(DType compute) {
    return new Precision(checked(compute), true);
  }

  private static DType checked(DType compute) {
    if (compute != DType.FLOAT16 && compute != DType.BFLOAT16 && compute != DType.FLOAT32) {
      throw new DTypeException(
          Messages.of("toFloat: " + compute + " is no type to compute in")
              .hint("use float16, bfloat16 or float32")
              .text());
    }
    return compute;
  }

  /** The type in which an operation of that class takes an input of that type. */
  DType target(Primitive.PrecisionClass kind, DType given) {
    DType low = compute;
    if (low == null || !given.isFloat()) {
      return given;
    }
    if (!byClass || kind == Primitive.PrecisionClass.COMPUTE) {
      return low;
    }
    return kind == Primitive.PrecisionClass.SENSITIVE ? given.join(DType.FLOAT32) : given;
  }

  /** The precision in force on this thread. */
  public static Precision current() {
    return Context.current().precision;
  }

  /**
   * Puts a precision in force on this thread and returns the one before, which the caller must put
   * back.
   */
  public static Precision swap(Precision precision) {
    Context context = Context.current();
    Precision before = context.precision;
    context.precision = precision;
    return before;
  }
}
