package dev.mycel.onednn;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Created primitives by what they compute. Looked up without a lock; when there are too many, the
 * half that was made first goes; its native part is destroyed when no run uses it any more.
 */
final class PrimitiveCache {
  private static final int CAPACITY = 4096;

  private final Map<Object, Compiled> made = new ConcurrentHashMap<>();
  private final Map<Object, Boolean> order = new LinkedHashMap<>();

  <K> Compiled get(K key, Function<K, Compiled> create) {
    Compiled known = made.get(key);
    return known != null ? known : create(key, create);
  }

  /**
   * A primitive that is created for one thread. Whatever runs inside a loop of {@link Team} has to
   * be: one that expects several threads would run on its own, and some of the library's primitives
   * then wait for the others for ever.
   */
  <K> Compiled alone(K key, Function<K, Compiled> create) {
    return get(new Alone(key), k -> OmpThreads.alone(() -> create.apply(key)));
  }

  /**
   * One of the two.
   *
   * @param alone whether it runs inside a loop of {@link Team}
   */
  <K> Compiled get(boolean alone, K key, Function<K, Compiled> create) {
    return alone ? alone(key, create) : get(key, create);
  }

  private record Alone(Object key) {}

  private synchronized <K> Compiled create(K key, Function<K, Compiled> create) {
    Compiled known = made.get(key);
    if (known != null) {
      return known;
    }
    if (made.size() >= CAPACITY) {
      var oldest = order.keySet().iterator();
      for (int i = 0; i < CAPACITY / 2; i++) {
        made.remove(oldest.next());
        oldest.remove();
      }
    }
    Compiled fresh = create.apply(key);
    made.put(key, fresh);
    order.put(key, true);
    return fresh;
  }
}
