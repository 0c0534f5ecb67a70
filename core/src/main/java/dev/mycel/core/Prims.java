package dev.mycel.core;

import static dev.mycel.core.Primitive.PrecisionClass.COMPUTE;
import static dev.mycel.core.Primitive.PrecisionClass.SENSITIVE;

/**
 * The primitives: one statement each, with the rule for the types of the results. Gradients are
 * rows in the module autograd, kernels rows in the backends, samples rows in the tests; a test
 * fails when one is missing.
 */
public final class Prims {
  private Prims() {}

  // ---- elementwise, one input -------------------------------------------------------------------
  public static final Primitive<None> NEG = numeric("neg", "-x");
  public static final Primitive<None> ABS = numeric("abs", "Absolute value.");
  public static final Primitive<None> SIGN = numeric("sign", "-1, 0 or 1; 0 for NaN.");
  public static final Primitive<None> SQUARE = numeric("square", "x * x.");
  public static final Primitive<None> FLOOR = floating("floor", "Largest integer not above x.");
  public static final Primitive<None> CEIL = floating("ceil", "Least integer not below x.");
  public static final Primitive<None> TRUNC = floating("trunc", "x without its fraction.");
  public static final Primitive<None> ROUND = floating("round", "Nearest integer, ties to even.");
  public static final Primitive<None> RECIPROCAL = sensitive("reciprocal", "1 / x.");
  public static final Primitive<None> SQRT = floating("sqrt", "Square root.");
  public static final Primitive<None> RSQRT = sensitive("rsqrt", "1 / sqrt(x).");
  public static final Primitive<None> EXP = sensitive("exp", "e to the x.");
  public static final Primitive<None> EXPM1 = sensitive("expm1", "e to the x, minus one.");
  public static final Primitive<None> LOG = sensitive("log", "Natural logarithm.");
  public static final Primitive<None> LOG1P = sensitive("log1p", "Natural logarithm of 1 + x.");
  public static final Primitive<None> SIN = floating("sin", "Sine.");
  public static final Primitive<None> COS = floating("cos", "Cosine.");
  public static final Primitive<None> TAN = sensitive("tan", "Tangent.");
  public static final Primitive<None> ASIN = sensitive("asin", "Inverse sine.");
  public static final Primitive<None> ACOS = sensitive("acos", "Inverse cosine.");
  public static final Primitive<None> ATAN = floating("atan", "Inverse tangent.");
  public static final Primitive<None> SINH = sensitive("sinh", "Hyperbolic sine.");
  public static final Primitive<None> COSH = sensitive("cosh", "Hyperbolic cosine.");
  public static final Primitive<None> ASINH = floating("asinh", "Inverse hyperbolic sine.");
  public static final Primitive<None> ACOSH = floating("acosh", "Inverse hyperbolic cosine.");
  public static final Primitive<None> ATANH = floating("atanh", "Inverse hyperbolic tangent.");
  public static final Primitive<None> TANH = floating("tanh", "Hyperbolic tangent.");
  public static final Primitive<None> SIGMOID = floating("sigmoid", "1 / (1 + exp(-x)).");
  public static final Primitive<None> ERF = floating("erf", "Error function.");
  public static final Primitive<None> ERFC = floating("erfc", "1 - erf(x), exact for large x.");
  public static final Primitive<None> ERFINV = sensitive("erfinv", "Inverse error function.");
  public static final Primitive<None> LGAMMA =
      sensitive("lgamma", "Logarithm of the absolute gamma function.");
  public static final Primitive<Attrs.Order> POLYGAMMA =
      Primitive.of("polygamma", Rules.<Attrs.Order>floatUnary("polygamma"))
          .elementwise()
          .precision(SENSITIVE)
          .doc("Derivative of order n of the digamma function; n = 0 is digamma.");
  public static final Primitive<None> IS_NAN = test("is_nan", "Whether x is not a number.");
  public static final Primitive<None> IS_INF = test("is_inf", "Whether x is infinite.");
  public static final Primitive<None> IS_FINITE =
      test("is_finite", "Whether x is neither infinite nor NaN.");
  public static final Primitive<None> NOT =
      Primitive.of("not", Rules.<None>bits("not"))
          .elementwise()
          .doc("Logical or bitwise complement.");
  public static final Primitive<Attrs.Cast> CAST =
      Primitive.<Attrs.Cast>of("cast", (a, in) -> Rules.one(in[0].with(a.dtype())))
          .elementwise()
          .doc(
              "The nearest value of another element type; floats to integers towards zero, saturating, NaN to 0.");
  public static final Primitive<None> COPY =
      Primitive.<None>of("copy", (a, in) -> Rules.one(in[0]))
          .elementwise()
          .doc("The same values, row-major and in memory of their own.");

  // ---- elementwise, two inputs of one type ------------------------------------------------------
  public static final Primitive<None> ADD = numeric2("add", "x + y.");
  public static final Primitive<None> SUB = numeric2("sub", "x - y.");
  public static final Primitive<None> MUL = numeric2("mul", "x * y.");
  public static final Primitive<None> DIV =
      Primitive.of("div", Rules.<None>floatBinary("div")).elementwise().doc("x / y of floats.");
  public static final Primitive<None> FLOOR_DIV =
      numeric2("floor_div", "floor(x / y); an integer division by zero is an error.");
  public static final Primitive<None> FLOOR_MOD =
      numeric2("floor_mod", "x - floor(x / y) * y, with the sign of y.");
  public static final Primitive<None> FMOD =
      numeric2("fmod", "x - trunc(x / y) * y, with the sign of x.");
  public static final Primitive<None> POW =
      Primitive.of("pow", Rules.<None>numericBinary("pow"))
          .elementwise()
          .precision(SENSITIVE)
          .doc("x to the power y.");
  public static final Primitive<None> MAX =
      Primitive.of("max", Rules.<None>ordered("max"))
          .elementwise()
          .doc("The larger; NaN if either is.");
  public static final Primitive<None> MIN =
      Primitive.of("min", Rules.<None>ordered("min"))
          .elementwise()
          .doc("The smaller; NaN if either is.");
  public static final Primitive<None> ATAN2 =
      Primitive.of("atan2", Rules.<None>floatBinary("atan2"))
          .elementwise()
          .doc("Angle of the point (y, x): inputs y, x.");
  public static final Primitive<None> EQ = comparison("eq", "x == y.");
  public static final Primitive<None> NE = comparison("ne", "x != y.");
  public static final Primitive<None> LT = comparison("lt", "x < y.");
  public static final Primitive<None> LE = comparison("le", "x <= y.");
  public static final Primitive<None> GT = comparison("gt", "x > y.");
  public static final Primitive<None> GE = comparison("ge", "x >= y.");
  public static final Primitive<None> AND = bits("and", "Logical or bitwise and.");
  public static final Primitive<None> OR = bits("or", "Logical or bitwise or.");
  public static final Primitive<None> XOR = bits("xor", "Logical or bitwise exclusive or.");
  public static final Primitive<None> SHIFT_LEFT =
      Primitive.of("shift_left", Rules.<None>integerBinary("shift_left"))
          .elementwise()
          .doc("x << y.");
  public static final Primitive<None> SHIFT_RIGHT =
      Primitive.of("shift_right", Rules.<None>integerBinary("shift_right"))
          .elementwise()
          .doc("x >> y, keeping the sign.");
  public static final Primitive<None> SELECT =
      Primitive.of("select", Rules::select)
          .elementwise()
          .doc("x where the condition holds, else y: inputs condition, x, y.");

  // ---- movement ---------------------------------------------------------------------------------
  public static final Primitive<Attrs.To> RESHAPE =
      Primitive.of("reshape", Rules::reshape)
          .view((a, layout, result) -> layout.reshape(result))
          .doc("The same elements in row-major order under another shape.");
  public static final Primitive<Attrs.Permutation> TRANSPOSE =
      Primitive.of("transpose", Rules::transpose)
          .view((a, layout, result) -> layout.transpose(a.perm()))
          .doc("Axis i of the result is axis perm[i] of the input.");
  public static final Primitive<Attrs.To> BROADCAST_TO =
      Primitive.of("broadcast_to", Rules::broadcast)
          .view((a, layout, result) -> layout.broadcastTo(result))
          .doc("Repeats along new leading axes and along axes of extent one.");
  public static final Primitive<Attrs.Slice> SLICE =
      Primitive.of("slice", Rules::slice)
          .view((a, layout, result) -> layout.slice(a.starts(), a.sizes(), a.steps()))
          .doc("Every step-th element from a start, per axis.");
  public static final Primitive<Attrs.Axes> FLIP =
      Primitive.<Attrs.Axes>of("flip", (a, in) -> Rules.one(in[0]))
          .view((a, layout, result) -> layout.flip(a.axes()))
          .doc("Reverses axes.");
  public static final Primitive<Attrs.Pad> PAD =
      Primitive.of("pad", Rules::pad)
          .doc("Puts a value before, after and between the elements of each axis.");
  public static final Primitive<Attrs.Axis> CONCAT =
      Primitive.of("concat", Rules::concat).doc("Joins any number of tensors along an axis.");
  public static final Primitive<Attrs.Split> SPLIT =
      Primitive.of("split", Rules::split)
          .decomposed(Movement::parts)
          .doc("Cuts an axis into parts, which are views; their gradients are joined in one go.");

  // ---- reductions -------------------------------------------------------------------------------
  public static final Primitive<Attrs.Axes> REDUCE_SUM =
      Primitive.of("reduce_sum", Rules::reduce)
          .precision(SENSITIVE)
          .doc("Sum over axes, which vanish.");
  public static final Primitive<None> SQUARE_SUM =
      Primitive.of("square_sum", Rules::squareSum)
          .precision(SENSITIVE)
          .decomposed(Composites::squareSum)
          .doc("Sum of the squares of all elements; of float32 for the half types.");
  public static final Primitive<Attrs.Axes> REDUCE_PROD =
      Primitive.of("reduce_prod", Rules::reduce)
          .precision(SENSITIVE)
          .doc("Product over axes, which vanish.");
  public static final Primitive<Attrs.Axes> REDUCE_MAX =
      Primitive.of("reduce_max", Rules::reduceExtreme)
          .doc("Largest over axes, which vanish; NaN if any is.");
  public static final Primitive<Attrs.Axes> REDUCE_MIN =
      Primitive.of("reduce_min", Rules::reduceExtreme)
          .doc("Smallest over axes, which vanish; NaN if any is.");
  public static final Primitive<Attrs.Axis> ARGMAX =
      Primitive.of("argmax", Rules::argExtreme)
          .doc("Index of the first largest element (or NaN) along an axis, which vanishes; int64.");
  public static final Primitive<Attrs.Axis> ARGMIN =
      Primitive.of("argmin", Rules::argExtreme)
          .doc(
              "Index of the first smallest element (or NaN) along an axis, which vanishes; int64.");
  public static final Primitive<Attrs.Scan> CUMSUM =
      Primitive.<Attrs.Scan>of("cumsum", (a, in) -> Rules.one(in[0]))
          .precision(SENSITIVE)
          .doc("Running sum along an axis.");
  public static final Primitive<Attrs.Sort> SORT =
      Primitive.of("sort", Rules::sort)
          .doc("Values in order along an axis, and where each was (int64).");

  // ---- contraction ------------------------------------------------------------------------------
  public static final Primitive<None> MATMUL =
      Primitive.of("matmul", Rules::matmul)
          .precision(COMPUTE)
          .doc("Matrix product over the last two axes; leading axes are equal.");
  public static final Primitive<Attrs.Conv> CONV =
      Primitive.of("conv", WindowRules::conv)
          .precision(COMPUTE)
          .doc(
              "Cross-correlation of x[N, C, ...] with w[O, C / groups, ...], and a bias[O] if a third input is given; both may be wider than x.");
  public static final Primitive<Attrs.ConvGrad> CONV_INPUT_GRAD =
      Primitive.of("conv_input_grad", WindowRules::convInputGrad)
          .precision(COMPUTE)
          .doc(
              "Gradient of a convolution for its input, which is the transposed convolution: inputs dy, w.");
  public static final Primitive<Attrs.ConvGrad> CONV_WEIGHT_GRAD =
      Primitive.of("conv_weight_grad", WindowRules::convWeightGrad)
          .precision(COMPUTE)
          .doc("Gradient of a convolution for its weight: inputs x, dy.");

  // ---- windows ----------------------------------------------------------------------------------
  public static final Primitive<Attrs.Window> MAX_POOL =
      Primitive.of("max_pool", WindowRules::maxPool)
          .doc("Largest of each window, and its place there; padding never wins.");
  public static final Primitive<Attrs.WindowGrad> MAX_POOL_SCATTER =
      Primitive.of("max_pool_scatter", WindowRules::maxPoolScatter)
          .doc("Adds each value at the place its window's maximum came from: inputs dy, places.");
  public static final Primitive<Attrs.Window> MAX_POOL_GATHER =
      Primitive.of("max_pool_gather", WindowRules::maxPoolGather)
          .doc("Picks the element at a given place of each window: inputs x, places.");
  public static final Primitive<Attrs.Window> AVG_POOL =
      Primitive.of("avg_pool", WindowRules::avgPool).doc("Mean of each window.");
  public static final Primitive<Attrs.WindowGrad> AVG_POOL_GRAD =
      Primitive.of("avg_pool_grad", WindowRules::avgPoolGrad)
          .doc("Spreads each value evenly over its window.");

  // ---- indexing ---------------------------------------------------------------------------------
  public static final Primitive<Attrs.Axis> TAKE =
      Primitive.of("take", Rules::take)
          .doc(
              "Whole slices along an axis, chosen by indices (negative ones from the end): inputs x, indices.");
  public static final Primitive<Attrs.AxisSize> TAKE_ADD =
      Primitive.of("take_add", Rules::takeAdd)
          .doc(
              "Adds whole slices into zeros at chosen places of an axis: inputs updates, indices.");
  public static final Primitive<Attrs.Axis> TAKE_ALONG =
      Primitive.of("take_along", Rules::takeAlong)
          .doc("One element along an axis per index: inputs x, indices.");
  public static final Primitive<Attrs.AxisSize> PUT_ALONG_ADD =
      Primitive.of("put_along_add", Rules::putAlongAdd)
          .doc(
              "Adds single elements into zeros at chosen places of an axis: inputs updates, indices.");

  // ---- sources ----------------------------------------------------------------------------------
  public static final Primitive<Attrs.Full> FULL =
      Primitive.of("full", Rules::full).doc("All elements equal.");
  public static final Primitive<Attrs.Iota> IOTA =
      Primitive.of("iota", Rules::iota).doc("Numbers at equal distances.");
  public static final Primitive<Attrs.Draw> RANDOM_BITS =
      Primitive.of("random_bits", Rules::draw)
          .doc("Philox 4x32-10: int32 bits that depend on key, counter and position alone.");
  public static final Primitive<Attrs.Draw> RANDOM_UNIFORM =
      Primitive.of("random_uniform", Rules::draw).doc("Floats in [0, 1) from random bits.");
  public static final Primitive<Attrs.Draw> RANDOM_NORMAL =
      Primitive.of("random_normal", Rules::draw).doc("Standard normal floats from random bits.");
  public static final Primitive<Attrs.Sample> RANDOM_SAMPLE =
      Primitive.of("random_sample", Rules::sample)
          .doc("Float64 numbers of a distribution: inputs its parameters, one for each element.");

  // ---- composites: each carries its decomposition -----------------------------------------------
  public static final Primitive<None> RELU =
      Primitive.of("relu", Rules.<None>numericUnary("relu"))
          .elementwise()
          .decomposed(Composites::relu)
          .doc("max(x, 0).");
  public static final Primitive<None> RELU_GRAD =
      Primitive.of("relu_grad", Rules.<None>numericBinary("relu_grad"))
          .elementwise()
          .decomposed(Composites::reluGrad)
          .doc("dy where y > 0, else 0: inputs dy, y.");
  public static final Primitive<Attrs.Gelu> GELU =
      Primitive.of("gelu", Rules.<Attrs.Gelu>floatUnary("gelu"))
          .elementwise()
          .decomposed(Composites::gelu)
          .doc("x times the normal distribution function of x.");
  public static final Primitive<Attrs.Gelu> GELU_GRAD =
      Primitive.of("gelu_grad", Rules.<Attrs.Gelu>floatBinary("gelu_grad"))
          .elementwise()
          .decomposed(Composites::geluGrad)
          .doc("Gradient of GELU: inputs dy, x.");
  public static final Primitive<None> SOFTPLUS =
      Primitive.of("softplus", Rules.<None>floatUnary("softplus"))
          .precision(SENSITIVE)
          .elementwise()
          .decomposed(Composites::softplus)
          .doc("log(1 + exp(x)), and x itself beyond 20.");
  public static final Primitive<None> BINARY_CROSS_ENTROPY =
      Primitive.of("binary_cross_entropy", Rules.<None>floatBinary("binary_cross_entropy"))
          .precision(SENSITIVE)
          .elementwise()
          .decomposed(Composites::binaryCrossEntropy)
          .doc("-(t log p + (1 - t) log(1 - p)), logarithms not below -100: inputs p, t.");
  public static final Primitive<Attrs.Axis> SOFTMAX =
      Primitive.of("softmax", Rules.<Attrs.Axis>floatUnary("softmax"))
          .precision(SENSITIVE)
          .decomposed(Composites::softmax)
          .doc("exp(x) over its sum along an axis.");
  public static final Primitive<Attrs.Axis> SOFTMAX_GRAD =
      Primitive.of("softmax_grad", Rules.<Attrs.Axis>floatBinary("softmax_grad"))
          .precision(SENSITIVE)
          .decomposed(Composites::softmaxGrad)
          .doc("Gradient of softmax: inputs dy, y.");
  public static final Primitive<Attrs.Axis> LOG_SOFTMAX =
      Primitive.of("log_softmax", Rules.<Attrs.Axis>floatUnary("log_softmax"))
          .precision(SENSITIVE)
          .decomposed(Composites::logSoftmax)
          .doc("Logarithm of softmax.");
  public static final Primitive<Attrs.Axis> LOG_SOFTMAX_GRAD =
      Primitive.of("log_softmax_grad", Rules.<Attrs.Axis>floatBinary("log_softmax_grad"))
          .precision(SENSITIVE)
          .decomposed(Composites::logSoftmaxGrad)
          .doc("Gradient of log-softmax: inputs dy, y.");
  public static final Primitive<None> SOFTMAX_CROSS_ENTROPY =
      Primitive.of("softmax_cross_entropy", WindowRules::crossEntropy)
          .precision(SENSITIVE)
          .decomposed(Composites::crossEntropy)
          .doc(
              "Cross entropy of each row with an integer label, and the logarithm of the row's sum of exponentials.");
  public static final Primitive<None> SOFTMAX_CROSS_ENTROPY_GRAD =
      Primitive.of("softmax_cross_entropy_grad", WindowRules::crossEntropyGrad)
          .precision(SENSITIVE)
          .decomposed(Composites::crossEntropyGrad)
          .doc("Gradient for the logits: inputs dloss, logits, logarithms of sums, labels.");
  public static final Primitive<None> LINEAR =
      Primitive.of("linear", Rules::linear)
          .precision(COMPUTE)
          .decomposed(Composites::linear)
          .doc("x w^T, plus a bias if a third input is given: x[..., in], w[out, in], b[out].");
  public static final Primitive<Attrs.Epsilon> BATCH_NORM =
      Primitive.of("batch_norm", WindowRules::batchNorm)
          .precision(SENSITIVE)
          .decomposed(Composites::batchNorm)
          .doc(
              "Normalises each channel by the batch's statistics, then scales and shifts; also gives mean and biased variance.");
  public static final Primitive<Attrs.Epsilon> BATCH_NORM_GRAD =
      Primitive.of("batch_norm_grad", WindowRules::batchNormGrad)
          .decomposed(Composites::batchNormGrad)
          .doc("Gradients of x, gamma, beta: inputs dy, x, gamma, mean, variance.");
  public static final Primitive<Attrs.Epsilon> BATCH_NORM_INFER =
      Primitive.of("batch_norm_infer", WindowRules::batchNormInfer)
          .precision(SENSITIVE)
          .decomposed(Composites::batchNormInfer)
          .doc(
              "Normalises each channel by given statistics: inputs x, gamma, beta, mean, variance.");
  public static final Primitive<Attrs.Epsilon> BATCH_NORM_RELU =
      Primitive.of("batch_norm_relu", WindowRules::batchNorm)
          .precision(SENSITIVE)
          .decomposed(Composites::batchNormRelu)
          .doc("batch_norm, and of its first result what is above 0.");
  public static final Primitive<Attrs.Epsilon> BATCH_NORM_RELU_GRAD =
      Primitive.of("batch_norm_relu_grad", WindowRules::batchNormReluGrad)
          .decomposed(Composites::batchNormReluGrad)
          .doc("Gradients of x, gamma, beta: inputs dy, y, x, gamma, mean, variance.");
  public static final Primitive<Attrs.ConvNorm> CONV_NORM =
      Primitive.of("conv_norm", WindowRules::convNorm)
          .precision(COMPUTE)
          .decomposed(Composites::convNorm)
          .doc(
              "A convolution, batch_norm_infer and perhaps relu: inputs x, w, gamma, beta, mean, variance, and the convolution's bias if there is one.");
  public static final Primitive<Attrs.LayerNorm> LAYER_NORM =
      Primitive.of("layer_norm", WindowRules::layerNorm)
          .precision(SENSITIVE)
          .decomposed(Composites::layerNorm)
          .doc(
              "Normalises over the last axes, then scales and shifts; also gives mean and 1/deviation.");
  public static final Primitive<Attrs.LayerNorm> LAYER_NORM_GRAD =
      Primitive.of("layer_norm_grad", WindowRules::layerNormGrad)
          .decomposed(Composites::layerNormGrad)
          .doc("Gradients of x, gamma, beta: inputs dy, x, gamma, mean, 1/deviation.");
  public static final Primitive<Attrs.Attention> ATTENTION =
      Primitive.of("attention", Attention::type)
          .precision(COMPUTE)
          .decomposed(Attention::expand)
          .doc(
              "softmax(scale q k^T) v over the last two axes: inputs q[..., T, D], k[..., S, D], v[..., S, E].");
  public static final Primitive<Attrs.Attention> ATTENTION_GRAD =
      Primitive.of("attention_grad", Attention::gradientType)
          .precision(COMPUTE)
          .decomposed(Attention::expandGradient)
          .doc("Gradients of q, k, v: inputs dy, q, k, v.");
  public static final Primitive<Attrs.Dropout> DROPOUT =
      Primitive.of("dropout", Rules.<Attrs.Dropout>floatUnary("dropout"))
          .decomposed(Composites::dropout)
          .doc(
              "Zeroes elements at random and scales the rest by 1 / (1 - p); linear, so its own gradient.");

  // ---- recurrent layers: one layer in one direction, composites as well -------------------------
  public static final Primitive<None> LSTM =
      Primitive.of("lstm", RecurrentRules::lstm)
          .precision(COMPUTE)
          .decomposed(Recurrences::lstm)
          .doc(
              "Hidden states, cell states and gates i, f, g, o of all steps: inputs p[T, N, 4H] (the input's share of the gates, with biases), h0, c0, w[4H, H].");
  public static final Primitive<None> LSTM_GRAD =
      Primitive.of("lstm_grad", RecurrentRules::lstmGrad)
          .precision(COMPUTE)
          .decomposed(Recurrences::lstmGrad)
          .doc(
              "Gradients of p, h0, c0: inputs dy, c0, w, c, gates, and gradients of c and of the gates as far as given.");
  public static final Primitive<None> GRU =
      Primitive.of("gru", RecurrentRules::gru)
          .precision(COMPUTE)
          .decomposed(Recurrences::gru)
          .doc(
              "Hidden states of all steps, and r, z, n and the state's share of n: inputs p[T, N, 3H], h0, w[3H, H], and a bias of the state's share if given.");
  public static final Primitive<None> GRU_GRAD =
      Primitive.of("gru_grad", RecurrentRules::gruGrad)
          .precision(COMPUTE)
          .decomposed(Recurrences::gruGrad)
          .doc(
              "Gradients of p, of the state's share of the gates, and of h0: inputs dy, h0, w, y, gates, and a gradient of the gates if given.");
  public static final Primitive<Attrs.Rnn> RNN =
      Primitive.of("rnn", RecurrentRules::rnn)
          .precision(COMPUTE)
          .decomposed(Recurrences::rnn)
          .doc(
              "Hidden states tanh(p + W h) of all steps, or relu: inputs p[T, N, H], h0, w[H, H].");
  public static final Primitive<Attrs.Rnn> RNN_GRAD =
      Primitive.of("rnn_grad", RecurrentRules::rnnGrad)
          .precision(COMPUTE)
          .decomposed(Recurrences::rnnGrad)
          .doc("Gradients of p and h0: inputs dy, w, y.");

  // ---- optimizer steps: result i replaces input i -----------------------------------------------
  public static final Primitive<Attrs.Sgd> SGD_UPDATE =
      Primitive.of("sgd_update", UpdateRules.<Attrs.Sgd>states(2))
          .decomposed(Updates::sgd)
          .doc("Inputs w, accumulator, gradient, rate, first (1 in the first step, else 0).");
  public static final Primitive<Attrs.Momentum> MOMENTUM_UPDATE =
      Primitive.of("momentum_update", UpdateRules.<Attrs.Momentum>states(2))
          .decomposed(Updates::momentum)
          .doc("Inputs w, moment, gradient, rate.");
  public static final Primitive<Attrs.Adam> ADAM_UPDATE =
      Primitive.of("adam_update", UpdateRules.<Attrs.Adam>states(3))
          .decomposed(Updates::adam)
          .doc("Inputs w, first and second moment, gradient, bias-corrected rate.");
  public static final Primitive<Attrs.Adam> ADAM_WEIGHT_DECAY_UPDATE =
      Primitive.of("adam_weight_decay_update", UpdateRules.<Attrs.Adam>states(3))
          .decomposed(Updates::adamWeightDecay)
          .doc(
              "Decoupled decay, no bias correction: inputs w, first and second moment, gradient, rate.");

  private static Primitive<None> numeric(String name, String doc) {
    return Primitive.of(name, Rules.<None>numericUnary(name)).elementwise().doc(doc);
  }

  private static Primitive<None> floating(String name, String doc) {
    return Primitive.of(name, Rules.<None>floatUnary(name)).elementwise().doc(doc);
  }

  private static Primitive<None> sensitive(String name, String doc) {
    return floating(name, doc).precision(SENSITIVE);
  }

  private static Primitive<None> test(String name, String doc) {
    return Primitive.of(name, Rules.<None>floatTest(name)).elementwise().doc(doc);
  }

  private static Primitive<None> numeric2(String name, String doc) {
    return Primitive.of(name, Rules.<None>numericBinary(name)).elementwise().doc(doc);
  }

  private static Primitive<None> comparison(String name, String doc) {
    return Primitive.of(name, Rules.<None>comparison(name)).elementwise().doc(doc);
  }

  private static Primitive<None> bits(String name, String doc) {
    return Primitive.of(name, Rules.<None>bits(name)).elementwise().doc(doc);
  }
}
