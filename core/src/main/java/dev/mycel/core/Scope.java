package dev.mycel.core;

import java.util.ArrayList;
import java.util.function.Consumer;

/**
 * Ends the leases of the tensors that were made while it was the innermost scope of its thread,
 * unless they are given to the enclosing scope or kept. The framework opens scopes where it knows
 * what survives; users may open their own to be frugal:
 *
 * <pre>{@code
 * try (Scope scope = Scope.open()) {
 *   Tensor shifted = x.sub(x.max(-1, true));
 *   return scope.give(shifted.exp());        // the only survivor
 * }
 * }</pre>
 */
public final class Scope implements AutoCloseable {
  private final Context context;
  private final ArrayList<Lease> leases = new ArrayList<>();
  private final @org.jspecify.annotations.Nullable Scope outer;
  private boolean closed;

  private Scope(Context context) {
    this.context = context;
    this.outer = context.scope;
  }

  /** Opens a scope on this thread; close it on the same thread, innermost first. */
  public static Scope open() {
    Context context = Context.current();
    Scope scope = new Scope(context);
    context.scope = scope;
    return scope;
  }

  /**
   * Hands every tensor in a record, list, map, array or pair of tensors (or a tensor itself) to the
   * enclosing scope, so that it outlives this one; without an enclosing scope it lives until it
   * becomes unreachable.
   */
  public <T> T give(T survivors) {
    Tree.forEach(survivors, this::giveOne);
    return survivors;
  }

  /**
   * Makes the innermost scope of this thread (or the cleaner) end the claim of a handle that came
   * from {@link Interpreter#retain}.
   */
  public static Tensor manage(Tensor retained) {
    forEachRoot(retained, root -> adopt(root, (Lease) root.payload()));
    return retained;
  }

  /** Takes a tensor out of all scopes: it lives until it becomes unreachable. */
  public static Tensor keep(Tensor tensor) {
    forEachRoot(
        tensor,
        root -> {
          Lease lease = (Lease) root.payload();
          if (lease.scope != null) {
            lease.scope = null;
            lease.escape(root);
          }
        });
    return tensor;
  }

  /** The bottom interpreter's tensors that hold a tensor's value and its companions'. */
  private static void forEachRoot(Tensor tensor, Consumer<Tensor> action) {
    Interpreter root = Interpreters.root();
    Tensor t = tensor;
    while (t.owner() != root) {
      Tensor beside = t.owner().companion(t);
      if (beside != null) {
        forEachRoot(beside, action);
      }
      t = t.owner().lower(t);
    }
    action.accept(t);
  }

  private void giveOne(Tensor tensor) {
    forEachRoot(tensor, this::giveRoot);
  }

  private void giveRoot(Tensor root) {
    Lease lease = (Lease) root.payload();
    if (lease.scope != this) {
      return;
    }
    if (outer == null) {
      lease.scope = null;
      lease.escape(root);
    } else {
      outer.add(lease);
    }
  }

  /** Takes a lease that was just made. */
  void add(Lease lease) {
    lease.scope = this;
    leases.add(lease);
  }

  /**
   * Makes the innermost scope of this thread responsible for a tensor's lease, or the cleaner where
   * there is none. For the bottom interpreter, which calls it for every tensor it makes.
   */
  public static void adopt(Tensor tensor, Lease lease) {
    Scope innermost = Context.current().scope;
    if (innermost == null) {
      lease.escape(tensor);
    } else {
      innermost.add(lease);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    // An inner scope that was never closed ends with this one.
    if (Context.current() == context) {
      for (Scope s = context.scope; s != null && s != this; s = s.outer) {
        s.closed = true;
        s.release();
      }
      context.scope = outer;
    }
    release();
  }

  private void release() {
    for (int i = leases.size() - 1; i >= 0; i--) {
      Lease lease = leases.get(i);
      if (lease.scope == this) {
        lease.scope = null;
        lease.close();
      }
    }
    leases.clear();
  }
}
