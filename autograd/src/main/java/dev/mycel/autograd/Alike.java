package dev.mycel.autograd;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import dev.mycel.core.Tree;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Walks two trees of one form: what belongs together has the same component, index or key. So a map
 * that iterates in another order still gives each tensor to its own.
 */
final class Alike {
  private final String problem;
  private final String model;
  private final String other;
  private final List<Tensor> found = new ArrayList<>();

  private Alike(String problem, String model, String other) {
    this.problem = problem;
    this.model = model;
    this.other = other;
  }

  /**
   * The tensors of the other tree in the order of the model's.
   *
   * @param problem the headline if the forms differ
   * @param model what messages call the model, with its length that of {@code other}
   * @param other what they call the other tree
   */
  static List<Tensor> tensors(
      String problem, String model, @Nullable Object like, String other, @Nullable Object tree) {
    Alike walk = new Alike(problem, model, other);
    walk.walk("", like, tree);
    return walk.found;
  }

  private void walk(String at, @Nullable Object like, @Nullable Object tree) {
    if (like instanceof Tensor) {
      if (!(tree instanceof Tensor t)) {
        throw differ(at, "a tensor", named(tree));
      }
      found.add(t);
    } else if (like instanceof Record r) {
      if (tree == null || tree.getClass() != like.getClass()) {
        throw differ(at, named(like), named(tree));
      }
      RecordComponent[] names = r.getClass().getRecordComponents();
      Object[] wanted = Tree.components(r);
      Object[] given = Tree.components((Record) tree);
      for (int i = 0; i < wanted.length; i++) {
        walk(at + "." + names[i].getName(), wanted[i], given[i]);
      }
    } else if (like instanceof Map<?, ?> map) {
      maps(at, map, tree);
    } else if (like instanceof Iterable<?> list) {
      if (!(tree instanceof Iterable<?> given)) {
        throw differ(at, "a list", named(tree));
      }
      lists(at, items(list), items(given));
    } else if (like instanceof Object[] array) {
      if (!(tree instanceof Object[] given)) {
        throw differ(at, "an array", named(tree));
      }
      lists(at, java.util.Arrays.asList(array), java.util.Arrays.asList(given));
    } else if (like instanceof Optional<?> maybe && maybe.isPresent()) {
      Object inner = tree instanceof Optional<?> given ? given.orElse(null) : null;
      walk(at, maybe.get(), inner);
    }
  }

  private void maps(String at, Map<?, ?> like, @Nullable Object tree) {
    if (!(tree instanceof Map<?, ?> given)) {
      throw differ(at, "a map", named(tree));
    }
    if (!like.keySet().equals(given.keySet())) {
      throw differ(at, "keys " + like.keySet(), "keys " + given.keySet());
    }
    like.forEach((key, value) -> walk(at + "[" + key + "]", value, given.get(key)));
  }

  private void lists(String at, List<?> like, List<?> tree) {
    if (like.size() != tree.size()) {
      throw differ(at, like.size() + " elements", tree.size() + " elements");
    }
    for (int i = 0; i < like.size(); i++) {
      walk(at + "[" + i + "]", like.get(i), tree.get(i));
    }
  }

  private static List<?> items(Iterable<?> of) {
    List<@Nullable Object> items = new ArrayList<>();
    Iterator<?> i = of.iterator();
    while (i.hasNext()) {
      items.add(i.next());
    }
    return items;
  }

  private static String named(@Nullable Object tree) {
    if (tree == null) {
      return "null";
    }
    if (tree instanceof Tensor t) {
      return "a tensor " + t.type();
    }
    if (tree instanceof Map<?, ?>) {
      return "a map";
    }
    return tree instanceof Iterable<?> ? "a list" : "a " + tree.getClass().getSimpleName();
  }

  private ArgumentException differ(String at, String wanted, String given) {
    return new ArgumentException(
        Messages.of(problem)
            .line(pad("at"), at.isEmpty() ? "the top" : at)
            .line(pad(model), wanted)
            .line(pad(other), given)
            .hint("give a tensor for each tensor, in the same records, lists and maps")
            .text());
  }

  private String pad(String label) {
    int width = Math.max(model.length(), other.length());
    return label + " ".repeat(width - label.length());
  }
}
