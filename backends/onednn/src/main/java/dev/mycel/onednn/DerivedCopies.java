package dev.mycel.onednn;

import dev.mycel.core.spi.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What kernels have made of a tensor's content and keep with its storage: weights in the layout
 * that a primitive chose, weights in a narrow type. Content that changes between uses, as in
 * training, is converted for each call and never kept; content that is used again unchanged, as in
 * inference, is converted once.
 */
final class DerivedCopies {
  /** Several shapes of input may want different layouts; of many the oldest is made anew. */
  private static final int MOST = 8;

  /**
   * Which part of the storage is converted to what.
   *
   * @param use what the copy is for, equal for equal copies
   * @param plain the tensor's own layout
   * @param offset its first element
   */
  private record Key(Object use, Desc plain, long offset) {}

  /** A copy (null until the second use of one content), and the content that it was made of. */
  private record Entry(int writes, @Nullable NativeStorage copy) {}

  private final Map<Key, Entry> entries = new LinkedHashMap<>();

  /**
   * The copy of a tensor for a use, retained for the caller; null when the caller has to convert
   * the tensor for this call.
   *
   * @param make converts; called at the second use of one content
   */
  static @Nullable NativeStorage retained(Buffer b, Object use, Supplier<NativeStorage> make) {
    return b.storage() instanceof NativeStorage own ? own.derived().get(b, use, make) : null;
  }

  /** Keeps what a kernel computed beside a tensor's content; the caller's claim goes over. */
  static void keep(Buffer b, Object use, NativeStorage made) {
    if (b.storage() instanceof NativeStorage own) {
      own.derived().put(new Key(use, Desc.of(b), b.layout().offset()), b.storage().writes(), made);
    } else {
      made.release();
    }
  }

  /** What was kept beside the content as it still is, retained for the caller; null if nothing. */
  static @Nullable NativeStorage kept(Buffer b, Object use) {
    return b.storage() instanceof NativeStorage own
        ? own.derived().find(new Key(use, Desc.of(b), b.layout().offset()), b.storage().writes())
        : null;
  }

  private synchronized void put(Key key, int writes, NativeStorage made) {
    replace(key, entries.get(key), new Entry(writes, made));
  }

  private synchronized @Nullable NativeStorage find(Key key, int writes) {
    Entry known = entries.get(key);
    NativeStorage copy = known == null || known.writes() != writes ? null : known.copy();
    return copy != null && copy.tryRetain() ? copy : null;
  }

  private synchronized @Nullable NativeStorage get(
      Buffer b, Object use, Supplier<NativeStorage> make) {
    Key key = new Key(use, Desc.of(b), b.layout().offset());
    int writes = b.storage().writes();
    Entry known = entries.get(key);
    if (known == null || known.writes() != writes) {
      replace(key, known, new Entry(writes, null));
      return null;
    }
    NativeStorage copy = known.copy();
    if (copy == null) {
      copy = make.get();
      entries.put(key, new Entry(writes, copy));
    }
    return copy.tryRetain() ? copy : null;
  }

  private void replace(Key key, @Nullable Entry before, Entry next) {
    release(before);
    entries.remove(key);
    if (entries.size() >= MOST) {
      release(entries.remove(entries.keySet().iterator().next()));
    }
    entries.put(key, next);
  }

  private static void release(@Nullable Entry entry) {
    if (entry != null && entry.copy() != null) {
      entry.copy().release();
    }
  }

  /** Gives all copies up: the tensor is gone. */
  synchronized void release() {
    entries.values().forEach(entry -> release(entry));
    entries.clear();
  }
}
