package dev.mycel.core;

import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The floating-point types that operations compute in while it is in force on a thread. Consulted
 * in one place, where operations join element types, so that the casts become part of what is
 * recorded and a gradient repeats them exactly.
 *
 * @param compute the type to which floating-point inputs are cast, or null to leave them
 * @param rule which operations cast
 * @param listed the operations that the rules {@link Rule#ONLY} and {@link Rule#EXCEPT} name
 */
public record Precision(@Nullable DType compute, Rule rule, Set<Primitive<?>> listed) {
  /** Which operations cast their floating-point inputs. */
  public enum Rule {
    /** Every operation. */
    ALL,
    /** Heavy ones; sensitive ones compute in float32, and the rest take what they get. */
    BY_CLASS,
    /** Those that are listed, whose results are float32 again. */
    ONLY,
    /** All but those that are listed, which compute in float32 and have low results again. */
    EXCEPT
  }

  /** Leaves every input as it is. */
  public static final Precision NONE = new Precision(null, Rule.ALL, Set.of());

  /** The operations are copied. */
  public Precision {
    listed = Set.copyOf(listed);
  }

  /** Every operation casts its floating-point inputs to that type. */
  public static Precision of(DType compute) {
    return new Precision(checked(compute), Rule.ALL, Set.of());
  }

  /**
   * Contractions and convolutions compute in that type, exponentials, sums, norms and losses in
   * float32, the rest as its inputs.
   */
  public static Precision auto(DType compute) {
    return new Precision(checked(compute), Rule.BY_CLASS, Set.of());
  }

  /** The listed operations compute in that type and give float32; the rest is as it would be. */
  public static Precision only(Collection<? extends Primitive<?>> operations, DType compute) {
    return new Precision(checked(compute), Rule.ONLY, checked(operations));
  }

  /**
   * All operations compute in that type except the listed ones: they compute in float32, and their
   * results are cast to that type.
   */
  public static Precision except(Collection<? extends Primitive<?>> operations, DType compute) {
    return operations.isEmpty()
        ? of(compute)
        : new Precision(checked(compute), Rule.EXCEPT, checked(operations));
  }

  /**
   * Whether {@link #only} and {@link #except} take an operation: those that work element by
   * element, contractions, convolutions, attention and softmax.
   */
  public static boolean canList(Primitive<?> operation) {
    return operation.isElementwise() || WHOLE.contains(operation.name());
  }

  private static final Set<String> WHOLE =
      Set.of("matmul", "linear", "conv", "attention", "softmax", "log_softmax", "gelu");

  private static DType checked(DType compute) {
    if (compute != DType.FLOAT16 && compute != DType.BFLOAT16 && compute != DType.FLOAT32) {
      throw new DTypeException(
          Messages.of("toFloat: " + compute + " is no type to compute in")
              .hint("use float16, bfloat16 or float32")
              .text());
    }
    return compute;
  }

  private static Set<Primitive<?>> checked(Collection<? extends Primitive<?>> operations) {
    for (Primitive<?> operation : operations) {
      if (!canList(operation)) {
        throw new ArgumentException(
            Messages.of("precision: " + operation + " cannot be listed by itself")
                .line("listable", "elementwise operations, " + String.join(", ", sortedWhole()))
                .hint("list the cells that use it")
                .text());
      }
    }
    return Set.copyOf(operations);
  }

  private static Iterable<String> sortedWhole() {
    return new java.util.TreeSet<>(WHOLE);
  }

  /** The type in which an operation takes an input of that type. */
  public DType target(Primitive<?> operation, DType given) {
    DType low = compute;
    if (low == null || !given.isFloat()) {
      return given;
    }
    return switch (rule) {
      case ALL -> low;
      case ONLY -> listed.contains(operation) ? low : given;
      case EXCEPT -> listed.contains(operation) ? DType.FLOAT32 : low;
      case BY_CLASS ->
          switch (operation.precision()) {
            case COMPUTE -> low;
            case SENSITIVE -> given.join(DType.FLOAT32);
            case FOLLOW -> given;
          };
    };
  }

  /** A result of an operation in the type that the rule wants it to have. */
  public Tensor finish(Primitive<?> operation, Tensor result) {
    DType low = compute;
    if (low == null || !listed.contains(operation) || !result.dtype().isFloat()) {
      return result;
    }
    return Join.to(rule == Rule.ONLY ? DType.FLOAT32 : low, result);
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
