package dev.mycel.golden;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.mycel.core.DType;
import dev.mycel.nn.Cell;
import dev.mycel.nn.NamedCell;
import dev.mycel.nn.NamedParameter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A network as MindSpore's mixed precision would show it. At the levels O2 and O3 MindSpore puts
 * cells of its own around those whose output it casts, {@code _OutputTo16(_backbone)} and {@code
 * _OutputTo32(_backbone)}; here such a cell carries the cast itself. At level O1 it rewrites
 * classes and renames some, {@code DenseOpt}; that suffix is taken off.
 */
final class CastTree {
  private final Cell<?, ?> root;
  private final boolean wrapping;
  private final Map<String, Cell<?, ?>> byPath = new LinkedHashMap<>();

  CastTree(Cell<?, ?> root, boolean wrapping) {
    this.root = root;
    this.wrapping = wrapping;
    for (NamedCell named : root.cellsAndNames()) {
      byPath.put(named.name(), named.cell());
    }
  }

  /** A text of MindSpore's without addresses and suffixes of rewritten classes. */
  static String plain(JsonElement e) {
    return NameCases.plain(e).replaceAll("(\\w)Opt\\b", "$1");
  }

  /** Whether MindSpore would put a cell around that one. */
  boolean casts(Cell<?, ?> cell) {
    return wrapping && cell.precision().map(p -> p.output() != null).orElse(false);
  }

  /** The class of what stands outermost in a cell's place. */
  String outerClass(Cell<?, ?> cell) {
    if (!casts(cell)) {
      return cell.clsName();
    }
    DType to = cell.precision().orElseThrow().output();
    return to == DType.FLOAT32 ? "_OutputTo32" : "_OutputTo16";
  }

  /** The path of what stands outermost in a cell's place. */
  String outer(String path) {
    if (path.isEmpty()) {
      return "";
    }
    int dot = path.lastIndexOf('.');
    String parent = inner(dot < 0 ? "" : path.substring(0, dot));
    return join(parent, path.substring(dot + 1));
  }

  /** The path of the cell itself. */
  String inner(String path) {
    String outer = outer(path);
    return casts(byPath.get(path)) ? join(outer, "_backbone") : outer;
  }

  private static String join(String parent, String name) {
    return parent.isEmpty() ? name : parent + "." + name;
  }

  String cells() {
    JsonArray cells = new JsonArray();
    byPath.forEach(
        (path, cell) -> {
          cells.add(pair(outer(path), outerClass(cell)));
          if (casts(cell)) {
            cells.add(pair(inner(path), cell.clsName()));
          }
        });
    return cells.toString();
  }

  private static JsonArray pair(String a, String b) {
    JsonArray pair = new JsonArray();
    pair.add(a);
    pair.add(b);
    return pair;
  }

  /** The types of the parameters by structural name. */
  String parameters() {
    JsonObject types = new JsonObject();
    for (NamedParameter named : root.parametersAndNames()) {
      int dot = named.name().lastIndexOf('.');
      String owner = dot < 0 ? "" : named.name().substring(0, dot);
      types.addProperty(
          join(inner(owner), named.name().substring(dot + 1)),
          named.parameter().dtype().displayName());
    }
    return types.toString();
  }

  String print() {
    return print(root);
  }

  private String print(Cell<?, ?> cell) {
    StringBuilder children = new StringBuilder();
    cell.nameCells()
        .forEach((name, child) -> children.append("\n  (" + name + "): " + indented(print(child))));
    String own = cell.extendRepr();
    String text =
        cell.clsName()
            + "("
            + (children.isEmpty() ? own : (own.isEmpty() ? "" : "\n  " + own) + children + "\n")
            + ")";
    return casts(cell) ? outerClass(cell) + "(\n  (_backbone): " + indented(text) + "\n)" : text;
  }

  private static String indented(String text) {
    return text.replace("\n", "\n  ");
  }
}
