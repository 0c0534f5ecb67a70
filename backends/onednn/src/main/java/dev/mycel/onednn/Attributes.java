package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC_1;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_data_type_undef;
import static org.bytedeco.dnnl.global.dnnl.dnnl_eltwise_linear;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_binary;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_eltwise;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_prelu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_sum;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_post_ops;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_scratchpad_mode;
import static org.bytedeco.dnnl.global.dnnl.dnnl_scratchpad_mode_user;

import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.jspecify.annotations.Nullable;

/**
 * Attributes of a primitive while it is being described: scratch memory by the caller, and a chain
 * of further operations.
 */
final class Attributes implements AutoCloseable {
  private final dnnl_primitive_attr attr = new dnnl_primitive_attr();
  private @Nullable dnnl_post_ops chain;

  Attributes() {
    Dnnl.check(dnnl_primitive_attr_create(attr), "creating attributes");
    Dnnl.check(
        dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user),
        "setting the scratch mode");
  }

  /** Applies an elementwise function to what the primitive computed. */
  Attributes eltwise(int algorithm, float alpha, float beta) {
    Dnnl.check(
        dnnl_post_ops_append_eltwise(chain(), algorithm, alpha, beta), "appending a function");
    return this;
  }

  /**
   * Cuts off what is below 0, as the first operation of the chain; {@link #slope} takes the address
   * of a zero. The library's own function turns NaN into 0. A slope of 0 below 0 does not (but
   * makes NaN of negative infinity), and the sum with 0 turns -0 into 0.
   */
  Attributes relu() {
    Dnnl.check(dnnl_post_ops_append_prelu(chain(), 0), "appending a function");
    return eltwise(dnnl_eltwise_linear, 1, 0);
  }

  /** Adds what the primitive computed to what the result holds. */
  Attributes sum() {
    Dnnl.check(dnnl_post_ops_append_sum(chain(), 1, 0, dnnl_data_type_undef), "appending a sum");
    return this;
  }

  /** Joins what the primitive computed with another tensor. */
  Attributes binary(int algorithm, Desc other) {
    Dnnl.check(
        dnnl_post_ops_append_binary(chain(), algorithm, other.create()),
        "appending a binary operation");
    return this;
  }

  /** The attributes, valid until they are closed. */
  dnnl_primitive_attr get() {
    if (chain != null) {
      Dnnl.check(dnnl_primitive_attr_set_post_ops(attr, chain), "setting the chain");
    }
    return attr;
  }

  /**
   * The argument number of the second operand of the operation at that place of the chain: a macro
   * of the C header.
   */
  static int operand(int place) {
    return DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (place + 1) | DNNL_ARG_SRC_1;
  }

  /** The argument number of the slope of a {@link #relu} at that place of the chain. */
  static int slope(int place) {
    return DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (place + 1) | DNNL_ARG_WEIGHTS;
  }

  private dnnl_post_ops chain() {
    dnnl_post_ops known = chain;
    if (known == null) {
      known = new dnnl_post_ops();
      Dnnl.check(dnnl_post_ops_create(known), "creating a chain");
      chain = known;
    }
    return known;
  }

  @Override
  public void close() {
    if (chain != null) {
      dnnl_post_ops_destroy(chain);
    }
    dnnl_primitive_attr_destroy(attr);
  }
}
