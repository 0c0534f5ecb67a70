package dev.mycel.golden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of a suite.
 *
 * @param json the line
 * @param arrays the arrays that it names
 * @param origin who made the numbers: {@code mindspore} or {@code pytorch}
 */
record GoldenCase(JsonObject json, SafeTensors arrays, String origin) {
  String id() {
    return json.get("id").getAsString();
  }

  String kind() {
    return json.get("kind").getAsString();
  }

  String name() {
    return json.get("name").getAsString();
  }

  boolean has(String field) {
    return json.has(field) && !json.get(field).isJsonNull();
  }

  double rtol() {
    return has("rtol") ? json.get("rtol").getAsDouble() : 1e-5;
  }

  double atol() {
    return has("atol") ? json.get("atol").getAsDouble() : 1e-6;
  }

  boolean training() {
    return has("training") && json.get("training").getAsBoolean();
  }

  /** The arguments of that field, whose use is tracked. */
  Args args(String field) {
    JsonObject given = has(field) ? json.getAsJsonObject(field) : new JsonObject();
    return new Args(name(), given, arrays);
  }

  /** The constructor's arguments. */
  Args args() {
    return args("args");
  }

  JsonObject object(String field) {
    return json.getAsJsonObject(field);
  }

  /** A map of names to arrays; empty if the field is absent. */
  Map<String, GoldenArray> arraysByName(String field) {
    return has(field) ? arraysByName(json.getAsJsonObject(field)) : Map.of();
  }

  Map<String, GoldenArray> arraysByName(JsonObject keys) {
    Map<String, GoldenArray> found = new LinkedHashMap<>();
    for (Map.Entry<String, JsonElement> e : keys.entrySet()) {
      found.put(e.getKey(), arrays.get(e.getValue().getAsString()));
    }
    return found;
  }

  /** A list of arrays, nested lists flattened, null where the line has null. */
  List<@Nullable GoldenArray> flat(String field) {
    return has(field) ? flat(json.getAsJsonArray(field)) : List.of();
  }

  List<@Nullable GoldenArray> flat(JsonArray keys) {
    List<@Nullable GoldenArray> found = new ArrayList<>();
    for (JsonElement key : keys) {
      if (key.isJsonArray()) {
        found.addAll(flat(key.getAsJsonArray()));
      } else {
        found.add(key.isJsonNull() ? null : arrays.get(key.getAsString()));
      }
    }
    return found;
  }
}
