package dev.mycel.core.spi;

import dev.mycel.core.Primitive;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which kernels a backend has, as data: filled once while the backend opens, then frozen. Several
 * kernels may serve one primitive; the first whose condition holds runs.
 */
public final class KernelTable {
  /**
   * One kernel and when it applies.
   *
   * @param kernel what runs
   * @param access layouts that it takes
   * @param when whether it takes this call, or null for always
   * @param note one line for the support table: where it comes from, which dtypes it takes
   */
  public record Entry<A>(
      Kernel<A> kernel, Access access, @Nullable Predicate<KernelCall<A>> when, String note) {}

  private @Nullable List<Entry<?>>[] entries = newTable(256);
  private boolean frozen;

  /** An empty table, open to changes. */
  public KernelTable() {}

  /** A kernel that takes every call. */
  public <A> KernelTable put(Primitive<A> primitive, Access access, String note, Kernel<A> kernel) {
    return add(primitive, new Entry<>(kernel, access, null, note));
  }

  /**
   * A kernel that takes the calls for which the condition holds; earlier entries are asked first.
   */
  public <A> KernelTable put(
      Primitive<A> primitive,
      Access access,
      String note,
      Predicate<KernelCall<A>> when,
      Kernel<A> kernel) {
    return add(primitive, new Entry<>(kernel, access, when, note));
  }

  /** No more changes. */
  public KernelTable freeze() {
    frozen = true;
    return this;
  }

  /** The entries of a primitive, in the order in which they are asked. */
  @SuppressWarnings("unchecked") // add() keeps primitive and entry of one type
  public <A> List<Entry<A>> entries(Primitive<A> primitive) {
    int id = primitive.id();
    List<Entry<?>> found = id < entries.length ? entries[id] : null;
    return found == null ? List.of() : (List<Entry<A>>) (List<?>) found;
  }

  /** Whether there is any kernel for the primitive. */
  public boolean has(Primitive<?> primitive) {
    return !entries(primitive).isEmpty();
  }

  private <A> KernelTable add(Primitive<A> primitive, Entry<A> entry) {
    if (frozen) {
      throw new IllegalStateException("the kernel table is frozen");
    }
    int id = primitive.id();
    if (id >= entries.length) {
      @Nullable List<Entry<?>>[] larger = newTable(Math.max(id + 1, 2 * entries.length));
      System.arraycopy(entries, 0, larger, 0, entries.length);
      entries = larger;
    }
    List<Entry<?>> known = entries[id];
    if (known == null) {
      known = new ArrayList<>(2);
      entries[id] = known;
    }
    known.add(entry);
    return this;
  }

  @SuppressWarnings("unchecked") // a generic array is made through its erasure
  private static @Nullable List<Entry<?>>[] newTable(int size) {
    return (@Nullable List<Entry<?>>[]) new List<?>[size];
  }
}
