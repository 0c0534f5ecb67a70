package dev.mycel.core;

import static dev.mycel.core.None.NONE;

/**
 * The step before {@code bind}: joins element types, applies the precision in force, and
 * broadcasts, all by primitives of their own.
 */
final class Join {
  /** For each integer type the next one that holds all of its numbers and more. */
  private static final DType[] WIDER = {
    DType.INT16, DType.INT16, DType.INT32, DType.INT64, DType.INT64
  };

  private Join() {}

  /** An input as the precision in force wants it for that primitive. */
  static Tensor input(Primitive<?> p, Tensor x) {
    Checks.notNull(x, p.name(), "an operand");
    Precision precision = Context.current().precision;
    return precision == Precision.NONE ? x : to(precision.target(p, x.dtype()), x);
  }

  /** A result as the precision in force wants it of that primitive. */
  static Tensor output(Primitive<?> p, Tensor y) {
    Precision precision = Context.current().precision;
    return precision.listed().isEmpty() ? y : precision.finish(p, y);
  }

  /** The tensor in another element type; itself if it has it. */
  static Tensor to(DType dtype, Tensor x) {
    Checks.notNull(dtype, "cast", "the dtype");
    return x.dtype() == dtype ? x : Interpreters.bind(Prims.CAST, new Attrs.Cast(dtype), x);
  }

  /** The tensor broadcast to a shape; itself if it has it. */
  static Tensor to(Shape shape, Tensor x) {
    Checks.notNull(shape, "broadcastTo", "the shape");
    return x.shape().equals(shape)
        ? x
        : Interpreters.bind(Prims.BROADCAST_TO, new Attrs.To(shape), x);
  }

  /** A float of at least the tensor's range: integers and bool become float32. */
  static Tensor floating(Tensor x) {
    Checks.notNull(x, "operation", "an operand");
    return x.dtype().isFloat() ? x : to(DType.FLOAT32, x);
  }

  static Tensor unary(Primitive<None> p, Tensor x) {
    Checks.notNull(x, p.name(), "an operand");
    Context context = Context.current();
    if (context.precision == Precision.NONE) {
      return context.top.interpret(p, NONE, new Tensor[] {x})[0];
    }
    return output(p, Interpreters.bind(p, NONE, input(p, x)));
  }

  static Tensor floatUnary(Primitive<None> p, Tensor x) {
    return unary(p, floating(x));
  }

  static Tensor binary(Primitive<None> p, Tensor a, Tensor b) {
    Checks.notNull(a, p.name(), "the first operand");
    Checks.notNull(b, p.name(), "the second operand");
    Context context = Context.current();
    if (a.dtype() == b.dtype()
        && context.precision == Precision.NONE
        && a.shape().equals(b.shape())) {
      return context.top.interpret(p, NONE, new Tensor[] {a, b})[0];
    }
    DType joined = context.precision.target(p, a.dtype().join(b.dtype()));
    Shape shape = a.shape().broadcast(b.shape(), p.name());
    Tensor y = Interpreters.bind(p, NONE, to(shape, to(joined, a)), to(shape, to(joined, b)));
    return output(p, y);
  }

  static Tensor floatBinary(Primitive<None> p, Tensor a, Tensor b) {
    Checks.notNull(a, p.name(), "the first operand");
    Checks.notNull(b, p.name(), "the second operand");
    if (!a.dtype().isFloat() && !b.dtype().isFloat()) {
      return binary(p, floating(a), floating(b));
    }
    return binary(p, a, b);
  }

  /**
   * A Java number beside a tensor is weak: it takes the tensor's type. Beside integers that cannot
   * hold it, it takes the next wider integer type, or float32 for a fraction; beside bool it is
   * int64.
   */
  static Tensor scalar(double value, Tensor beside) {
    DType t = beside.dtype();
    if (t.isFloat()) {
      return Ops.scalar(value, t);
    }
    if (value != Math.rint(value) || !Checks.inRange(value, DType.INT64)) {
      return Ops.scalar(value, DType.FLOAT32);
    }
    DType least = t == DType.BOOL ? DType.INT64 : t;
    while (!Checks.inRange(value, least)) {
      least = WIDER[least.ordinal() - DType.UINT8.ordinal()];
    }
    return Ops.scalar(value, least);
  }

  static Tensor weak(Primitive<None> p, Tensor a, double b) {
    return binary(p, a, scalar(b, a));
  }

  static Tensor weakReversed(Primitive<None> p, double a, Tensor b) {
    return binary(p, scalar(a, b), b);
  }
}
