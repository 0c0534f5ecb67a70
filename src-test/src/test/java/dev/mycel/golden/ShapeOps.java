package dev.mycel.golden;

import dev.mycel.core.DType;
import dev.mycel.core.Index;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.function.BiFunction;

/** Movement, creation and indexing. */
final class ShapeOps {
  private ShapeOps() {}

  static void addTo(Map<String, BiFunction<Inputs, Args, Object>> t) {
    movement(t);
    joining(t);
    padding(t);
    creation(t);
    indexing(t);
  }

  private static void movement(Map<String, BiFunction<Inputs, Args, Object>> t) {
    t.put("reshape", (in, a) -> in.x().reshape(a.longs("shape")));
    t.put("permute", (in, a) -> in.x().permute(a.axes("axis")));
    t.put("transpose", (in, a) -> in.x().transpose(a.axes("input_perm")));
    t.put("swapaxes", (in, a) -> in.x().swapAxes(a.integer("axis0", 0), a.integer("axis1", 0)));
    t.put("movedim", ShapeOps::moveAxis);
    t.put("squeeze", (in, a) -> in.x().squeeze(a.axes("axis")));
    t.put("unsqueeze", (in, a) -> in.x().expandDims((int) a.integer("dim")));
    t.put("broadcast_to", ShapeOps::broadcast);
    t.put(
        "flatten", (in, a) -> in.x().flatten(a.integer("start_dim", 1), a.integer("end_dim", -1)));
    t.put("flip", (in, a) -> in.x().flip(a.axes("dims")));
    t.put("roll", ShapeOps::roll);
    t.put("tile", (in, a) -> in.x().tile(a.longs("dims")));
    t.put(
        "narrow",
        (in, a) -> in.x().narrow((int) a.integer("axis"), a.integer("start"), a.integer("length")));
    t.put("repeat_interleave", ShapeOps::repeat);
    t.put("strided_slice", ShapeOps::stridedSlice);
    t.put("tril", (in, a) -> in.x().tril(a.integer("diagonal", 0)));
    t.put("triu", (in, a) -> in.x().triu(a.integer("diagonal", 0)));
    t.put("diag", (in, a) -> in.x().diag());
    t.put("diagonal", ShapeOps::diagonal);
  }

  private static Object moveAxis(Inputs in, Args a) {
    int[] source = a.axes("source");
    int[] destination = a.axes("destination");
    if (source.length != 1) {
      throw new Unsupported("movedim: several axes");
    }
    return in.x().moveAxis(source[0], destination[0]);
  }

  private static Object broadcast(Inputs in, Args a) {
    long[] shape = a.longs("shape");
    int extra = shape.length - in.x().rank();
    for (int i = 0; i < shape.length; i++) {
      shape[i] = shape[i] == -1 ? in.x().dim(i - extra) : shape[i];
    }
    return in.x().broadcastTo(shape);
  }

  private static Object roll(Inputs in, Args a) {
    long[] shifts = a.longs("shifts");
    int[] axes = a.axes("dims");
    if (axes.length == 0) {
      return in.x().flatten().roll(shifts[0], 0).reshape(in.x().shape());
    }
    Tensor rolled = in.x();
    for (int i = 0; i < axes.length; i++) {
      rolled = rolled.roll(shifts[i], axes[i]);
    }
    return rolled;
  }

  private static Object repeat(Inputs in, Args a) {
    var repeats = a.raw("repeats");
    int[] axis = a.axes("axis");
    Tensor x = axis.length == 0 ? in.x().flatten() : in.x();
    int at = axis.length == 0 ? 0 : axis[0];
    return repeats != null && repeats.isJsonArray()
        ? x.repeatInterleave(Args.longs(repeats), at)
        : x.repeatInterleave(a.integer("repeats"), at);
  }

  private static Object stridedSlice(Inputs in, Args a) {
    long[] begin = a.longs("begin");
    long[] end = a.longs("end");
    long[] strides = a.longs("strides");
    Index[] index = new Index[begin.length];
    Arrays.setAll(index, i -> new Index.Range(begin[i], end[i], strides[i]));
    return in.x().get(index);
  }

  private static Object diagonal(Inputs in, Args a) {
    int first = a.integer("dim1", 0);
    int second = a.integer("dim2", 1);
    Tensor x = in.x().moveAxis(first, -1);
    int left = second > first ? second - 1 : second;
    return x.moveAxis(left, -1).diagonal(a.integer("offset", 0));
  }

  private static void joining(Map<String, BiFunction<Inputs, Args, Object>> t) {
    t.put("cat", (in, a) -> Ops.concat(in.list(0), a.integer("axis", 0)));
    t.put("stack", (in, a) -> Ops.stack(in.list(0), a.integer("axis", 0)));
    t.put("split", ShapeOps::split);
    t.put("chunk", (in, a) -> in.x().chunk(a.integer("chunks"), a.integer("axis", 0)));
    t.put("unbind", (in, a) -> in.x().unstack(a.integer("dim", 0)));
  }

  private static Object split(Inputs in, Args a) {
    var sections = a.raw("split_size_or_sections");
    int axis = a.integer("axis", 0);
    return sections != null && sections.isJsonArray()
        ? in.x().split(Args.longs(sections), axis)
        : in.x().split(a.integer("split_size_or_sections"), axis);
  }

  private static void padding(Map<String, BiFunction<Inputs, Args, Object>> t) {
    t.put(
        "pad",
        (in, a) -> {
          long[] pairs = a.longs("padding");
          int rank = in.x().rank();
          long[] low = new long[rank];
          long[] high = new long[rank];
          for (int i = 0; i < pairs.length / 2; i++) {
            low[rank - 1 - i] = pairs[2 * i];
            high[rank - 1 - i] = pairs[2 * i + 1];
          }
          return switch (a.text("mode", "constant")) {
            case "constant" -> constantPad(in.x(), low, high, a.number("value", 0));
            case "reflect" -> in.x().padReflect(low, high);
            case "replicate" -> in.x().padReplicate(low, high);
            case "circular" -> in.x().padCircular(low, high);
            default -> throw new Unsupported("pad: mode = " + a.text("mode"));
          };
        });
  }

  /** Negative widths cut off. */
  private static Tensor constantPad(Tensor x, long[] low, long[] high, double value) {
    Tensor cut = x;
    for (int i = 0; i < low.length; i++) {
      long start = Math.max(-low[i], 0);
      long end = Math.max(-high[i], 0);
      if (start + end > 0) {
        cut = cut.narrow(i, start, x.dim(i) - start - end);
      }
      low[i] = Math.max(low[i], 0);
      high[i] = Math.max(high[i], 0);
    }
    return cut.pad(low, high, value);
  }

  private static void creation(Map<String, BiFunction<Inputs, Args, Object>> t) {
    t.put(
        "eye",
        (in, a) -> Ops.eye(a.integer("n"), a.integer("m", (int) a.integer("n")), DType.FLOAT64));
    t.put(
        "arange",
        (in, a) -> {
          boolean real = String.valueOf(a.raw("start")).contains(".");
          return Ops.arange(
              a.number("start", 0),
              a.number("end"),
              a.number("step", 1),
              real ? DType.FLOAT64 : DType.INT64);
        });
    t.put(
        "linspace",
        (in, a) ->
            Ops.linspace(a.number("start"), a.number("end"), a.integer("steps"), DType.FLOAT64));
    t.put(
        "full",
        (in, a) -> Ops.full(Shape.of(a.longs("size")), a.number("fill_value"), DType.FLOAT64));
  }

  private static void indexing(Map<String, BiFunction<Inputs, Args, Object>> t) {
    t.put("gather", (in, a) -> in.x().gather(in.y(), (int) a.integer("axis")));
    t.put("index_select", (in, a) -> in.x().gather(in.y(), (int) a.integer("axis")));
    t.put("embedding", (in, a) -> in.y().gather(in.x(), 0));
    t.put("gather_elements", (in, a) -> in.x().gatherElements((int) a.integer("dim"), in.y()));
    t.put("take_along_dim", (in, a) -> in.x().gatherElements((int) a.integer("dim"), in.y()));
    t.put("gather_nd", (in, a) -> in.x().gatherNd(in.y()));
    t.put("tensor_scatter_add", (in, a) -> in.x().tensorScatterAdd(in.y(), in.at(2)));
    t.put("tensor_scatter_update", (in, a) -> in.x().tensorScatterUpdate(in.y(), in.at(2)));
    t.put("scatter", (in, a) -> in.x().scatter((int) a.integer("axis"), in.y(), in.at(2)));
    t.put("scatter_add", (in, a) -> in.x().scatterAdd((int) a.integer("dim"), in.y(), in.at(2)));
    t.put(
        "tensor_scatter_elements",
        (in, a) ->
            a.text("reduction", "none").equals("add")
                ? in.x().scatterAdd(a.integer("axis", 0), in.y(), in.at(2))
                : in.x().scatter(a.integer("axis", 0), in.y(), in.at(2)));
    t.put("masked_fill", (in, a) -> in.x().maskedFill(in.y(), a.number("value")));
    t.put("masked_select", (in, a) -> in.x().maskedSelect(in.y()));
    t.put(
        "unsorted_segment_sum",
        (in, a) -> in.x().unsortedSegmentSum(in.y(), a.integer("num_segments")));
    t.put(
        "one_hot",
        (in, a) ->
            Ops.oneHot(
                    in.x(),
                    a.integer("depth"),
                    a.number("on_value", 1),
                    a.number("off_value", 0),
                    DType.FLOAT64)
                .moveAxis(-1, a.integer("axis", -1)));
  }
}
