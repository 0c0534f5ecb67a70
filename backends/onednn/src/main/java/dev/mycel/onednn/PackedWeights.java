package dev.mycel.onednn;

import dev.mycel.core.DType;
import dev.mycel.core.spi.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.dnnl.global.dnnl;
import org.jspecify.annotations.Nullable;

/**
 * Copies of a weight in the layouts that primitives chose, kept with the weight's own storage. A
 * weight that changes between uses, as in training, is packed for each call and never kept; one
 * that is used again unchanged, as in inference, is packed once.
 */
final class PackedWeights {
  /**
   * How a weight lies in its storage and which primitive wants it packed.
   *
   * @param plain the weight's own layout
   * @param offset its first element
   */
  private record Key(Compiled user, Desc plain, long offset) {}

  /**
   * A packed copy (null until the second use of one content), and the content that it was made of.
   */
  private record Entry(int writes, @Nullable NativeStorage packed) {}

  /** Several shapes of input may want different layouts; of many the oldest is packed anew. */
  private static final int MOST = 8;

  private final Map<Key, Entry> entries = new LinkedHashMap<>();

  /**
   * The weight packed for a primitive, retained for the caller if it is kept; null when the caller
   * has to pack it for this call.
   */
  synchronized @Nullable NativeStorage retained(
      OneDnnBackend backend, Staging staging, Buffer w, Desc plain, Compiled user) {
    Key key = new Key(user, plain, w.layout().offset());
    int writes = w.storage().writes();
    Entry known = entries.get(key);
    if (known == null || known.writes() != writes) {
      replace(key, known, new Entry(writes, null));
      return null;
    }
    NativeStorage packed = known.packed();
    if (packed == null) {
      packed = backend.allocateNative(DType.UINT8, user.bytes(dnnl.DNNL_ARG_WEIGHTS));
      backend
          .reorder()
          .pack(plain, staging.address(w), user, dnnl.DNNL_ARG_WEIGHTS, packed.address());
      entries.put(key, new Entry(writes, packed));
    }
    return packed.tryRetain() ? packed : null;
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
    if (entry != null && entry.packed() != null) {
      entry.packed().release();
    }
  }

  /** Gives all copies up: the weight is gone. */
  synchronized void release() {
    entries.values().forEach(entry -> release(entry));
    entries.clear();
  }
}
