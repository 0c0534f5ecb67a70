package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The callbacks of a run: entered in order, closed in reverse, all of them. */
final class CallbackManager implements AutoCloseable {
  private final List<Callback> callbacks;

  private CallbackManager(List<Callback> callbacks) {
    this.callbacks = callbacks;
  }

  /** Refuses what is null or given twice. */
  static List<Callback> checked(String op, Callback... callbacks) {
    List<Callback> list = new ArrayList<>();
    for (Callback callback : callbacks) {
      if (callback == null) {
        throw new ArgumentException(op + ": a callback is null");
      }
      if (list.stream().anyMatch(known -> known == callback)) {
        throw new ArgumentException(op + ": the same callback is given twice, " + name(callback));
      }
      list.add(callback);
    }
    return List.copyOf(list);
  }

  static String name(Callback callback) {
    String simple = callback.getClass().getSimpleName();
    return simple.isEmpty() ? callback.getClass().getName() : simple;
  }

  /** Enters all; if one fails, those before it are closed. */
  static CallbackManager enter(List<Callback> callbacks) {
    List<Callback> entered = new ArrayList<>();
    CallbackManager manager = new CallbackManager(entered);
    try {
      for (Callback callback : callbacks) {
        callback.enter();
        entered.add(callback);
      }
    } catch (RuntimeException | Error e) {
      manager.closeAfter(e);
      throw e;
    }
    return manager;
  }

  void each(BiConsumer<Callback, RunContext> hook, RunContext context) {
    for (Callback callback : callbacks) {
      hook.accept(callback, context);
    }
  }

  /** Tells every callback; what goes wrong then is noted on the cause. */
  void failed(RunContext context, Throwable cause) {
    for (Callback callback : callbacks) {
      try {
        callback.failed(context, cause);
      } catch (RuntimeException | Error e) {
        cause.addSuppressed(e);
      }
    }
  }

  private void closeAfter(Throwable cause) {
    try {
      close();
    } catch (RuntimeException | Error e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public void close() {
    Throwable first = null;
    for (int i = callbacks.size() - 1; i >= 0; i--) {
      first = close(callbacks.get(i), first);
    }
    if (first instanceof Error e) {
      throw e;
    }
    if (first != null) {
      throw (RuntimeException) first;
    }
  }

  private static @Nullable Throwable close(Callback callback, @Nullable Throwable first) {
    try {
      callback.close();
    } catch (RuntimeException | Error e) {
      if (first == null) {
        return e;
      }
      first.addSuppressed(e);
    }
    return first;
  }
}
