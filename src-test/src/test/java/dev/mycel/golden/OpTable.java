package dev.mycel.golden;

import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.layer.*;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;

/**
 * The operations by MindSpore's functional names, made of the fluent interface; those that it lacks
 * are not here.
 */
final class OpTable {
  private static final Map<String, BiFunction<Inputs, Args, Object>> TABLE = new HashMap<>();

  private OpTable() {}

  static {
    elementwise();
    activations();
    binary();
    ternary();
    ReductionOps.addTo(TABLE);
    ShapeOps.addTo(TABLE);
    NetworkOps.addTo(TABLE);
  }

  /** Runs an operation; its arguments must all be known. */
  static Object run(String name, List<Object> inputs, Args args) {
    BiFunction<Inputs, Args, Object> op = TABLE.get(name);
    if (op == null) {
      throw new Unsupported("operation " + name);
    }
    Object result = op.apply(new Inputs(name, inputs), args);
    args.finish();
    return result;
  }

  private static void one(String name, UnaryOperator<Tensor> f) {
    TABLE.put(name, (in, a) -> f.apply(in.x()));
  }

  private static void two(String name, BinaryOperator<Tensor> f) {
    TABLE.put(name, (in, a) -> f.apply(in.x(), in.y()));
  }

  private static void cell(String name, java.util.function.Function<Args, Cell<Tensor, Tensor>> f) {
    TABLE.put(name, (in, a) -> f.apply(a).call(in.x()));
  }

  private static void elementwise() {
    one("neg", Tensor::neg);
    one("positive", x -> x);
    one("abs", Tensor::abs);
    one("sign", Tensor::sign);
    one("square", Tensor::square);
    one("floor", Tensor::floor);
    one("ceil", Tensor::ceil);
    one("trunc", Tensor::trunc);
    one("frac", x -> x.sub(x.trunc()));
    one("round", Tensor::round);
    one("reciprocal", Tensor::reciprocal);
    one("sqrt", Tensor::sqrt);
    one("rsqrt", Tensor::rsqrt);
    one("exp", Tensor::exp);
    one("exp2", Tensor::exp2);
    one("expm1", Tensor::expm1);
    one("log", Tensor::log);
    one("log2", Tensor::log2);
    one("log10", Tensor::log10);
    one("log1p", Tensor::log1p);
    one("sin", Tensor::sin);
    one("cos", Tensor::cos);
    one("tan", Tensor::tan);
    one("asin", Tensor::asin);
    one("acos", Tensor::acos);
    one("atan", Tensor::atan);
    one("sinh", Tensor::sinh);
    one("cosh", Tensor::cosh);
    one("tanh", Tensor::tanh);
    one("asinh", Tensor::asinh);
    one("acosh", Tensor::acosh);
    one("atanh", Tensor::atanh);
    one("erf", Tensor::erf);
    one("erfc", Tensor::erfc);
    one("erfinv", Tensor::erfinv);
    one("lgamma", Tensor::lgamma);
    one("digamma", Tensor::digamma);
    TABLE.put("polygamma", (in, a) -> in.x().polygamma(a.integer("n", 0)));
    one("deg2rad", x -> x.mul(Math.PI / 180));
    one("rad2deg", x -> x.mul(180 / Math.PI));
    one("isnan", Tensor::isNan);
    one("isinf", Tensor::isInf);
    one("isfinite", Tensor::isFinite);
    one("logical_not", Tensor::logicalNot);
    one("bitwise_not", Tensor::bitwiseNot);
  }

  private static void activations() {
    one("relu", Tensor::relu);
    one("sigmoid", Tensor::sigmoid);
    one("silu", Tensor::silu);
    one("logsigmoid", Tensor::logSigmoid);
    one("softplus", Tensor::softplus);
    TABLE.put("gelu", (in, a) -> in.x().gelu(a.text("approximate", "none").equals("tanh")));
    cell("fast_gelu", a -> new FastGelu());
    cell("mish", a -> new Mish());
    cell("softsign", a -> new Softsign());
    cell("tanhshrink", a -> new Tanhshrink());
    cell("relu6", a -> new ReLU6());
    cell("hardswish", a -> new HSwish());
    cell("hardsigmoid", a -> new HSigmoid());
    cell("elu", a -> new ELU(a.number("alpha", 1)));
    cell("leaky_relu", a -> new LeakyReLU(a.number("alpha", 0.2)));
    cell("hardtanh", a -> new Hardtanh(a.number("min_val", -1), a.number("max_val", 1)));
    cell("hardshrink", a -> new HShrink(a.number("lambd", 0.5)));
    cell("softshrink", a -> new SoftShrink(a.number("lambd", 0.5)));
    TABLE.put("clamp", OpTable::clamp);
  }

  private static Object clamp(Inputs in, Args a) {
    return in.count() == 3
        ? in.x().clamp(in.y(), in.at(2))
        : in.x()
            .clamp(
                a.number("min", Double.NEGATIVE_INFINITY),
                a.number("max", Double.POSITIVE_INFINITY));
  }

  private static void binary() {
    two("add", Tensor::add);
    two("sub", Tensor::sub);
    two("mul", Tensor::mul);
    TABLE.put("div", OpTable::div);
    two("floor_div", Tensor::floorDiv);
    two("floor_mod", Tensor::floorMod);
    two("remainder", Tensor::floorMod);
    two("fmod", Tensor::fmod);
    TABLE.put(
        "pow", (in, a) -> in.count() == 2 ? in.x().pow(in.y()) : in.x().pow(a.number("exponent")));
    two("maximum", Tensor::maximum);
    two("minimum", Tensor::minimum);
    two("atan2", Tensor::atan2);
    two("equal", (x, y) -> x.eq(y));
    two("not_equal", (x, y) -> x.ne(y));
    two("less", (x, y) -> x.lt(y));
    two("less_equal", (x, y) -> x.le(y));
    two("greater", (x, y) -> x.gt(y));
    two("greater_equal", (x, y) -> x.ge(y));
    two("logical_and", Tensor::logicalAnd);
    two("logical_or", Tensor::logicalOr);
    two("logical_xor", Tensor::logicalXor);
    two("bitwise_and", Tensor::bitwiseAnd);
    two("bitwise_or", Tensor::bitwiseOr);
    two("bitwise_xor", Tensor::bitwiseXor);
    two("bitwise_left_shift", (x, y) -> x.shiftLeft(y));
    two("bitwise_right_shift", (x, y) -> x.shiftRight(y));
    two("float_power", (x, y) -> x.cast(DType.FLOAT64).pow(y.cast(DType.FLOAT64)));
  }

  private static Object div(Inputs in, Args a) {
    return switch (a.text("rounding_mode", "")) {
      case "" -> in.x().div(in.y());
      case "floor" -> in.x().floorDiv(in.y());
      default -> throw new Unsupported("div: rounding_mode = trunc");
    };
  }

  private static void ternary() {
    TABLE.put("where", (in, a) -> Ops.where(in.x(), in.y(), in.at(2)));
    TABLE.put("select", (in, a) -> Ops.where(in.x(), in.y(), in.at(2)));
    TABLE.put("lerp", (in, a) -> in.x().add(in.at(2).mul(in.y().sub(in.x()))));
    TABLE.put("addcmul", (in, a) -> in.x().add(in.y().mul(in.at(2)).mul(a.number("value", 1))));
    TABLE.put("addcdiv", (in, a) -> in.x().add(in.y().div(in.at(2)).mul(a.number("value", 1))));
  }
}
