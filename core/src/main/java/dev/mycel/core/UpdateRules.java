package dev.mycel.core;

/** Type rule of optimizer steps. */
final class UpdateRules {
  private UpdateRules() {}

  /**
   * The first inputs are the weight and its state, all of one type; then comes the gradient, then
   * scalars.
   */
  static <A> Primitive.TypeRule<A> states(int states) {
    return (attrs, in) -> {
      Rules.requireFloat("update", in[0]);
      TensorType[] out = new TensorType[states];
      for (int i = 0; i < in.length; i++) {
        if (i <= states) {
          Rules.requireShape(
              "update", i == states ? "gradient" : "state " + i, in[i], in[0].shape());
          Rules.same("update", in[0].dtype(), in[i]);
        } else if (in[i].shape().rank() != 0) {
          Rules.requireShape("update", "scalar " + i, in[i], Shape.scalar());
        }
      }
      java.util.Arrays.fill(out, in[0]);
      return out;
    };
  }
}
