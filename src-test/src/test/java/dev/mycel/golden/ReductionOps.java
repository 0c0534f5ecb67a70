package dev.mycel.golden;

import dev.mycel.core.Ops;
import dev.mycel.core.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Reductions, scans, sorting and products. */
final class ReductionOps {
  private ReductionOps() {}

  /** A reduction over axes. */
  private interface Reduce {
    Tensor over(Tensor x, boolean keep, int... axes);
  }

  static void addTo(Map<String, BiFunction<Inputs, Args, Object>> t) {
    reduce(t, "sum", "dim", "keepdim", Tensor::sum);
    reduce(t, "mean", "axis", "keep_dims", Tensor::mean);
    reduce(t, "prod", "axis", "keep_dims", Tensor::prod);
    reduce(t, "amax", "axis", "keepdims", Tensor::max);
    reduce(t, "amin", "axis", "keepdims", Tensor::min);
    reduce(t, "any", "axis", "keep_dims", Tensor::any);
    reduce(t, "all", "axis", "keep_dims", Tensor::all);
    reduce(t, "logsumexp", "axis", "keep_dims", Tensor::logSumExp);
    t.put("count_nonzero", (in, a) -> in.x().countNonzero(a.axes("axis")));
    t.put("var", (in, a) -> in.x().var(a.integer("ddof", 0), keep(a), a.axes("axis")));
    t.put("std", (in, a) -> in.x().std(a.integer("ddof", 0), keep(a), a.axes("axis")));
    t.put(
        "var_mean",
        (in, a) ->
            List.of(
                in.x().var(a.integer("ddof", 0), keep(a), a.axes("axis")),
                in.x().mean(keep(a), a.axes("axis"))));
    t.put(
        "std_mean",
        (in, a) ->
            List.of(
                in.x().std(a.integer("ddof", 0), keep(a), a.axes("axis")),
                in.x().mean(keep(a), a.axes("axis"))));
    t.put("norm", ReductionOps::norm);
    t.put("argmax", (in, a) -> arg(in.x(), a, "dim", "keepdim", true));
    t.put("argmin", (in, a) -> arg(in.x(), a, "axis", "keepdims", false));
    t.put("max", (in, a) -> extreme(in.x(), a, true));
    t.put("min", (in, a) -> extreme(in.x(), a, false));
    t.put("cumsum", (in, a) -> in.x().cumsum((int) a.integer("axis")));
    t.put("cumprod", (in, a) -> in.x().cumprod((int) a.integer("dim")));
    t.put("softmax", (in, a) -> in.x().softmax(a.integer("axis", -1)));
    t.put("softmin", (in, a) -> in.x().neg().softmax(a.integer("axis", -1)));
    t.put("log_softmax", (in, a) -> in.x().logSoftmax(a.integer("axis", -1)));
    sorting(t);
    products(t);
  }

  private static void reduce(
      Map<String, BiFunction<Inputs, Args, Object>> t,
      String name,
      String axis,
      String keep,
      Reduce f) {
    t.put(name, (in, a) -> f.over(in.x(), a.bool(keep, false), a.axes(axis)));
  }

  private static boolean keep(Args a) {
    return a.bool("keepdims", false);
  }

  private static Object norm(Inputs in, Args a) {
    int[] axes = a.axes("dim");
    boolean keep = a.bool("keepdim", false);
    String ord = a.has("ord") ? String.valueOf(a.raw("ord")) : "2";
    if (ord.equals("\"fro\"") && axes.length == 2) {
      return in.x().norm(2, keep, axes);
    }
    if (ord.contains("\"") && !ord.contains("inf") || a.has("ord") && wide(in.x(), axes) != 1) {
      throw new Unsupported("norm: ord = " + ord + " of " + wide(in.x(), axes) + " axes");
    }
    return in.x().norm(a.number("ord", 2), keep, axes);
  }

  private static int wide(Tensor x, int[] axes) {
    return axes.length == 0 ? x.rank() : axes.length;
  }

  private static Tensor arg(Tensor x, Args a, String axis, String keep, boolean max) {
    boolean keeps = a.bool(keep, false);
    int[] at = a.axes(axis);
    if (at.length == 0) {
      return max ? x.argmax() : x.argmin();
    }
    return max ? x.argmax(at[0], keeps) : x.argmin(at[0], keeps);
  }

  private static List<Tensor> extreme(Tensor x, Args a, boolean max) {
    int axis = (int) a.integer("axis");
    boolean keep = keep(a);
    Tensor places = max ? x.argmax(axis, true) : x.argmin(axis, true);
    Tensor values = x.gatherElements(axis, places);
    return keep ? List.of(values, places) : List.of(values.squeeze(axis), places.squeeze(axis));
  }

  private static void sorting(Map<String, BiFunction<Inputs, Args, Object>> t) {
    t.put("sort", (in, a) -> in.x().sort(a.integer("axis", -1), a.bool("descending", false)));
    t.put("argsort", (in, a) -> in.x().argsort(a.integer("axis", -1), a.bool("descending", false)));
    t.put(
        "topk",
        (in, a) -> in.x().topk(a.integer("k"), a.integer("dim", -1), a.bool("largest", true)));
    t.put("unique", (in, a) -> in.x().unique().first());
    t.put("nonzero", (in, a) -> in.x().nonzero());
  }

  private static void products(Map<String, BiFunction<Inputs, Args, Object>> t) {
    for (String name : List.of("matmul", "bmm", "mm", "mv")) {
      t.put(name, (in, a) -> in.x().matmul(in.y()));
    }
    t.put("dot", (in, a) -> in.x().dot(in.y()));
    t.put("outer", (in, a) -> in.x().outer(in.y()));
    t.put("einsum", (in, a) -> Ops.einsum(a.text("equation"), in.tensors()));
    t.put("tensor_dot", ReductionOps::tensorDot);
    t.put(
        "dense",
        (in, a) ->
            in.count() == 3 ? Ops.linear(in.x(), in.y(), in.at(2)) : Ops.linear(in.x(), in.y()));
    for (String name : List.of("addmm", "addmv", "baddbmm")) {
      t.put(name, (in, a) -> added(in, a, in.y().matmul(in.at(2))));
    }
    t.put("addr", (in, a) -> added(in, a, in.y().outer(in.at(2))));
    t.put("addbmm", (in, a) -> added(in, a, in.y().matmul(in.at(2)).sum(0)));
    t.put("trace", (in, a) -> in.x().diagonal(0).sum());
  }

  private static Tensor added(Inputs in, Args a, Tensor product) {
    return in.x().mul(a.number("beta", 1)).add(product.mul(a.number("alpha", 1)));
  }

  private static Object tensorDot(Inputs in, Args a) {
    var axes = a.raw("axes");
    if (axes != null && axes.isJsonArray()) {
      return Ops.tensorDot(
          in.x(),
          in.y(),
          ints(Args.longs(axes.getAsJsonArray().get(0))),
          ints(Args.longs(axes.getAsJsonArray().get(1))));
    }
    return Ops.tensorDot(in.x(), in.y(), (int) a.integer("axes"));
  }

  static int[] ints(long[] values) {
    return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
  }
}
