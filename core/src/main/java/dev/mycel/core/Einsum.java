package dev.mycel.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Einstein's summation: letters name axes, equal letters run together, letters that the result does
 * not name are summed. Operands are contracted from left to right, each step by transposes and one
 * matrix product.
 */
final class Einsum {
  /** A tensor whose axes have names: letters, or digits for the axes that dots stand for. */
  private record Named(Tensor tensor, List<Character> axes) {
    long extent(char axis) {
      return tensor.shape().rawDims()[axes.indexOf(axis)];
    }
  }

  private final String equation;
  private final Map<Character, Long> extents = new HashMap<>();

  private Einsum(String equation) {
    this.equation = equation;
  }

  static Tensor einsum(String equation, Tensor... operands) {
    return new Einsum(Checks.notNull(equation, "einsum", "the equation")).run(operands);
  }

  private Tensor run(Tensor... operands) {
    String compact = equation.replace(" ", "");
    int arrow = compact.indexOf("->");
    String[] terms = (arrow < 0 ? compact : compact.substring(0, arrow)).split(",", -1);
    if (terms.length != operands.length) {
      throw wrong(terms.length + " terms but " + operands.length + " operands");
    }
    int dots = 0;
    for (int i = 0; i < terms.length; i++) {
      dots = Math.max(dots, dotted(terms[i], operands[i].rank()));
    }
    List<Named> named = new ArrayList<>();
    for (int i = 0; i < terms.length; i++) {
      named.add(withoutRepeats(named(terms[i], operands[i], dots)));
    }
    List<Character> output =
        arrow < 0 ? implicit(terms, dots) : letters(compact.substring(arrow + 2), dots, dots);
    if (new LinkedHashSet<>(output).size() != output.size()) {
      throw wrong("the result names an axis twice");
    }
    for (char axis : output) {
      if (!extents.containsKey(axis)) {
        throw wrong("the result names '" + axis + "', which no operand has");
      }
    }
    Named all = named.get(0);
    for (int i = 1; i < named.size(); i++) {
      Set<Character> needed = new LinkedHashSet<>(output);
      named.subList(i + 1, named.size()).forEach(n -> needed.addAll(n.axes()));
      all = contracted(all, named.get(i), needed);
    }
    return ordered(summed(all, new LinkedHashSet<>(output)), output).tensor();
  }

  private ArgumentException wrong(String what) {
    return new ArgumentException(
        Messages.of("einsum: " + what)
            .line("equation", equation)
            .hint("write it as in \"bij,bjk->bik\"")
            .text());
  }

  // ---- names ------------------------------------------------------------------------------------

  private int dotted(String term, int rank) {
    int at = term.indexOf("...");
    int count = at < 0 ? 0 : rank - (term.length() - 3);
    if (count < 0) {
      throw wrong("'" + term + "' names more axes than its operand has (" + rank + ")");
    }
    return count;
  }

  /** Letters of a term; dots become digits, the last of which is the last of the dotted axes. */
  private List<Character> letters(String term, int dots, int allDots) {
    List<Character> axes = new ArrayList<>();
    int at = term.indexOf("...");
    for (int i = 0; i < term.length(); i++) {
      char c = term.charAt(i);
      if (i == at) {
        for (int k = allDots - dots; k < allDots; k++) {
          axes.add((char) ('0' + k));
        }
        i += 2;
      } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
        axes.add(c);
      } else {
        throw wrong("'" + c + "' is no letter");
      }
    }
    return axes;
  }

  /** Without an arrow the result has the dotted axes and then the letters that occur once. */
  private List<Character> implicit(String[] terms, int dots) {
    Map<Character, Integer> seen = new HashMap<>();
    for (String term : terms) {
      for (char c : term.replace(".", "").toCharArray()) {
        seen.merge(c, 1, Integer::sum);
      }
    }
    List<Character> output = letters("...", dots, dots);
    for (char c : new TreeSet<>(seen.keySet())) {
      if (seen.getOrDefault(c, 0) == 1) {
        output.add(c);
      }
    }
    return output;
  }

  private Named named(String term, Tensor x, int allDots) {
    List<Character> axes = letters(term, dotted(term, x.rank()), allDots);
    if (axes.size() != x.rank()) {
      throw wrong("'" + term + "' names " + axes.size() + " axes of " + x.shape());
    }
    for (int i = 0; i < axes.size(); i++) {
      long n = x.shape().rawDims()[i];
      long known = extents.merge(axes.get(i), n, (a, b) -> a == 1 ? b : a);
      if (known != n && n != 1) {
        throw new ShapeException(
            Messages.of("einsum: axis '" + axes.get(i) + "' has two extents")
                .line("equation", equation)
                .line("extents ", known + " and " + n)
                .text());
      }
    }
    return new Named(x, axes);
  }

  /** An operand with a letter twice is replaced by its diagonal over both axes. */
  private Named withoutRepeats(Named x) {
    for (int i = 0; i < x.axes().size(); i++) {
      int j = x.axes().subList(i + 1, x.axes().size()).indexOf(x.axes().get(i)) + i + 1;
      if (j > i) {
        long n = Math.max(x.tensor().shape().rawDims()[i], x.tensor().shape().rawDims()[j]);
        Shape square = x.tensor().shape().with(i, n).with(j, n);
        Tensor wide = Join.to(square, x.tensor());
        Tensor last = Rearrange.moveAxis(Rearrange.moveAxis(wide, j, -1), i, -1);
        List<Character> axes = new ArrayList<>(x.axes());
        axes.remove(j);
        axes.add(axes.remove(i));
        return withoutRepeats(new Named(Rearrange.diagonal(last, 0), axes));
      }
    }
    return x;
  }

  // ---- steps ------------------------------------------------------------------------------------

  private static Named summed(Named x, Set<Character> needed) {
    List<Character> rest = new ArrayList<>();
    List<Integer> gone = new ArrayList<>();
    for (int i = 0; i < x.axes().size(); i++) {
      if (needed.contains(x.axes().get(i))) {
        rest.add(x.axes().get(i));
      } else {
        gone.add(i);
      }
    }
    if (gone.isEmpty()) {
      return x;
    }
    int[] axes = gone.stream().mapToInt(Integer::intValue).toArray();
    Tensor s = Reductions.reduce(Prims.REDUCE_SUM, Reductions.wide(x.tensor()), false, axes);
    return new Named(s, rest);
  }

  private static Named ordered(Named x, List<Character> order) {
    int[] perm = order.stream().mapToInt(x.axes()::indexOf).toArray();
    return perm.length == 0 ? x : new Named(Movement.transpose(x.tensor(), perm), order);
  }

  private Named contracted(Named left, Named right, Set<Character> needed) {
    Set<Character> forLeft = new LinkedHashSet<>(needed);
    forLeft.addAll(right.axes());
    Set<Character> forRight = new LinkedHashSet<>(needed);
    forRight.addAll(left.axes());
    Named a = summed(left, forLeft);
    Named b = summed(right, forRight);
    List<Character> batch = new ArrayList<>();
    List<Character> inner = new ArrayList<>();
    List<Character> onlyA = new ArrayList<>();
    for (char axis : a.axes()) {
      if (!b.axes().contains(axis)) {
        onlyA.add(axis);
      } else if (needed.contains(axis)) {
        batch.add(axis);
      } else {
        inner.add(axis);
      }
    }
    List<Character> onlyB = new ArrayList<>(b.axes());
    onlyB.removeAll(a.axes());
    Map<Character, Long> shared = new LinkedHashMap<>();
    for (char axis : a.axes()) {
      if (b.axes().contains(axis)) {
        shared.put(
            axis,
            Math.max(a.extent(axis), b.extent(axis)) == 1 ? 1L : extents.getOrDefault(axis, 1L));
      }
    }
    Tensor x = grouped(a, shared, batch, onlyA, inner);
    Tensor y = grouped(b, shared, batch, inner, onlyB);
    List<Character> axes = new ArrayList<>(batch);
    axes.addAll(onlyA);
    axes.addAll(onlyB);
    long[] dims = new long[axes.size()];
    Arrays.setAll(
        dims,
        i -> {
          char axis = axes.get(i);
          Long both = shared.get(axis);
          return both != null ? both : a.axes().contains(axis) ? a.extent(axis) : b.extent(axis);
        });
    return new Named(Ops.reshape(Ops.matmul(x, y), dims), axes);
  }

  /** The tensor as [batch, rows, columns] with the axes of each group joined. */
  private static Tensor grouped(
      Named x,
      Map<Character, Long> shared,
      List<Character> batch,
      List<Character> rows,
      List<Character> columns) {
    List<Character> order = new ArrayList<>(batch);
    order.addAll(rows);
    order.addAll(columns);
    Tensor t = ordered(x, order).tensor();
    Shape wide = t.shape();
    for (int i = 0; i < order.size(); i++) {
      Long both = shared.get(order.get(i));
      wide = both == null ? wide : wide.with(i, both);
    }
    long[] dims = wide.rawDims();
    long b = product(dims, 0, batch.size());
    long r = product(dims, batch.size(), batch.size() + rows.size());
    long c = product(dims, batch.size() + rows.size(), dims.length);
    return Ops.reshape(Join.to(wide, t), b, r, c);
  }

  private static long product(long[] dims, int from, int to) {
    long product = 1;
    for (int i = from; i < to; i++) {
      product *= dims[i];
    }
    return product;
  }
}
