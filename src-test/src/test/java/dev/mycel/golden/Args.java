package dev.mycel.golden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.mycel.core.DType;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Reduction;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Arguments by MindSpore's names. Getters note what has been read; {@link #finish} makes a case
 * unsupported when an argument was left over, so that nothing is ignored in silence.
 */
final class Args {
  private final String owner;
  private final JsonObject given;
  private final SafeTensors arrays;
  private final Set<String> used = new HashSet<>();

  Args(String owner, JsonObject given, SafeTensors arrays) {
    this.owner = owner;
    this.given = given;
    this.arrays = arrays;
  }

  /** The layer, loss, operation or schedule whose arguments these are. */
  String owner() {
    return owner;
  }

  boolean has(String name) {
    return given.has(name) && !given.get(name).isJsonNull();
  }

  /** The argument as JSON, or null. */
  @Nullable JsonElement raw(String name) {
    used.add(name);
    return has(name) ? given.get(name) : null;
  }

  private JsonElement must(String name) {
    JsonElement e = raw(name);
    if (e == null) {
      throw new IllegalStateException(owner + ": the case lacks the argument " + name);
    }
    return e;
  }

  /** Calls the action with the argument if the case has it. */
  void ifGiven(String name, Consumer<JsonElement> action) {
    JsonElement e = raw(name);
    if (e != null) {
      action.accept(e);
    }
  }

  void ifBool(String name, Consumer<Boolean> action) {
    ifGiven(name, e -> action.accept(e.getAsBoolean()));
  }

  void ifNumber(String name, Consumer<Double> action) {
    ifGiven(name, e -> action.accept(number(e)));
  }

  void ifInt(String name, Consumer<Integer> action) {
    ifGiven(name, e -> action.accept(e.getAsInt()));
  }

  void ifText(String name, Consumer<String> action) {
    ifGiven(name, e -> action.accept(e.getAsString()));
  }

  void ifLongs(String name, Consumer<long[]> action) {
    ifGiven(name, e -> action.accept(longs(e)));
  }

  void ifTensor(String name, Consumer<Tensor> action) {
    ifGiven(name, e -> action.accept(tensor(e)));
  }

  /** An initialiser: a name or a number. */
  void ifInit(String name, Consumer<String> byName, BiConsumer<String, Double> byNumber) {
    ifGiven(
        name,
        e -> {
          if (!e.isJsonPrimitive()) {
            throw new Unsupported(owner + ": the initialiser " + name + " = " + e);
          }
          if (e.getAsJsonPrimitive().isString()) {
            byName.accept(e.getAsString());
          } else {
            byNumber.accept(name, e.getAsDouble());
          }
        });
  }

  long integer(String name) {
    return must(name).getAsLong();
  }

  int integer(String name, int otherwise) {
    JsonElement e = raw(name);
    return e == null ? otherwise : e.getAsInt();
  }

  double number(String name, double otherwise) {
    JsonElement e = raw(name);
    return e == null ? otherwise : number(e);
  }

  double number(String name) {
    return number(must(name));
  }

  static double number(JsonElement e) {
    if (e.isJsonPrimitive() && e.getAsJsonPrimitive().isString()) {
      return switch (e.getAsString()) {
        case "inf" -> Double.POSITIVE_INFINITY;
        case "-inf" -> Double.NEGATIVE_INFINITY;
        case "nan" -> Double.NaN;
        default -> throw new Unsupported("a number written as " + e);
      };
    }
    return e.getAsDouble();
  }

  boolean bool(String name, boolean otherwise) {
    JsonElement e = raw(name);
    return e == null ? otherwise : e.getAsBoolean();
  }

  String text(String name, String otherwise) {
    JsonElement e = raw(name);
    return e == null ? otherwise : e.getAsString();
  }

  String text(String name) {
    return must(name).getAsString();
  }

  /** One whole number or several. */
  long[] longs(String name) {
    return longs(must(name));
  }

  long[] longs(String name, long... otherwise) {
    JsonElement e = raw(name);
    return e == null ? otherwise : longs(e);
  }

  static long[] longs(JsonElement e) {
    if (!e.isJsonArray()) {
      return new long[] {e.getAsLong()};
    }
    JsonArray a = e.getAsJsonArray();
    return IntStream.range(0, a.size()).mapToLong(i -> a.get(i).getAsLong()).toArray();
  }

  /** Axes: one, several, or none for all. */
  int[] axes(String name) {
    JsonElement e = raw(name);
    return e == null
        ? new int[0]
        : IntStream.range(0, longs(e).length).map(i -> (int) longs(e)[i]).toArray();
  }

  /** One array, or null. */
  @Nullable Tensor tensor(String name) {
    JsonElement e = raw(name);
    return e == null ? null : tensor(e);
  }

  private Tensor tensor(JsonElement e) {
    if (e.isJsonObject() && e.getAsJsonObject().has("array")) {
      return arrays.get(e.getAsJsonObject().get("array").getAsString()).toTensor();
    }
    throw new Unsupported(owner + ": a tensor argument written as " + e);
  }

  /** The arguments of a cell among these arguments. */
  Args cell(JsonElement e) {
    JsonObject o = e.getAsJsonObject();
    JsonObject inner = o.has("args") ? o.getAsJsonObject("args") : new JsonObject();
    String name = o.has("cell") ? o.get("cell").getAsString() : o.get("layer").getAsString();
    return new Args(name, inner, arrays);
  }

  /** An element type. */
  DType dtype(String name, DType otherwise) {
    JsonElement e = raw(name);
    return e == null ? otherwise : DType.of(e.getAsString());
  }

  /** How a loss is reduced. */
  Reduction reduction() {
    String r = text("reduction", "mean");
    if (!List.of("none", "mean", "sum").contains(r)) {
      throw new Unsupported(owner + ": reduction = " + r);
    }
    return Reduction.of(r);
  }

  /** Makes the case unsupported if an argument has not been read. */
  void finish() {
    StreamSupport.stream(given.keySet().spliterator(), false)
        .filter(k -> !used.contains(k) && has(k))
        .findFirst()
        .ifPresent(
            k -> {
              throw new Unsupported(owner + ": the argument " + k + " = " + given.get(k));
            });
  }
}
