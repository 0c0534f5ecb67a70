package dev.mycel.nn;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds members by path. A member's own name may have dots; those of children have none. */
final class Lookup {
  private Lookup() {}

  /** The cell at a path; the empty path is the root's. */
  static Cell<?, ?> cell(Cell<?, ?> root, String path) {
    if (path.isEmpty()) {
      return root;
    }
    return find(root, "getSubCell", "cell", path, Lookup::children);
  }

  static Parameter parameter(Cell<?, ?> root, String path) {
    return find(root, "getParameter", "parameter", path, Lookup::parameters);
  }

  static Buffer buffer(Cell<?, ?> root, String path) {
    return find(root, "getBuffer", "buffer", path, Lookup::buffers);
  }

  /** A member of a cell with its local name. */
  private record Entry<T>(String name, T member) {}

  private static List<Entry<Cell<?, ?>>> children(Members members) {
    List<Entry<Cell<?, ?>>> all = new ArrayList<>();
    members.children().forEach(c -> all.add(new Entry<>(c.name(), c.cell())));
    return all;
  }

  private static List<Entry<Parameter>> parameters(Members members) {
    List<Entry<Parameter>> all = new ArrayList<>();
    members.parameters().forEach(o -> all.add(new Entry<>(o.name(), o.parameter())));
    return all;
  }

  private static List<Entry<Buffer>> buffers(Members members) {
    List<Entry<Buffer>> all = new ArrayList<>();
    members.buffers().forEach(k -> all.add(new Entry<>(k.name(), k.buffer())));
    return all;
  }

  private static <T> T find(
      Cell<?, ?> root,
      String op,
      String what,
      String path,
      Function<Members, List<Entry<T>>> kind) {
    Cell<?, ?> at = root;
    String rest = path;
    while (true) {
      Members members = Members.of(at);
      List<Entry<T>> own = kind.apply(members);
      for (Entry<T> entry : own) {
        if (entry.name().equals(rest)) {
          return entry.member();
        }
      }
      int dot = rest.indexOf('.');
      Cell<?, ?> next = dot < 0 ? null : child(members, rest.substring(0, dot));
      if (next == null) {
        throw new ArgumentException(
            Messages.of(op + ": " + root.clsName() + " has no " + what + " at '" + path + "'")
                .line("not found", "'" + rest + "' in " + at.clsName())
                .line(
                    "there are", names(what + "s", own) + ", " + names("cells", children(members)))
                .hint("a path has the names of fields, as in layer1.0.weight")
                .text());
      }
      at = next;
      rest = rest.substring(dot + 1);
    }
  }

  private static @Nullable Cell<?, ?> child(Members members, String name) {
    for (Members.Child child : members.children()) {
      if (child.name().equals(name)) {
        return child.cell();
      }
    }
    return null;
  }

  private static String names(String what, List<? extends Entry<?>> entries) {
    List<String> names = entries.stream().map(Entry::name).toList();
    return names.isEmpty() ? "no " + what : what + " " + String.join(" ", names);
  }
}
