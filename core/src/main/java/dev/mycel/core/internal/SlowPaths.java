package dev.mycel.core.internal;

import dev.mycel.core.Primitive;
import dev.mycel.core.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a backend had no kernel for, so that a slow path never goes unnoticed. */
final class SlowPaths {
  /** Who computed instead. */
  enum Path {
    /** The reference kernel, on copies. */
    HOST,
    /** The operations of the decomposition. */
    PARTS
  }

  private record Key(String backend, Primitive<?> primitive, Path path) {}

  private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();

  void count(Backend backend, Primitive<?> primitive, Path path) {
    Key key = new Key(backend.device().backend(), primitive, path);
    LongAdder known = counts.get(key);
    (known == null ? counts.computeIfAbsent(key, k -> new LongAdder()) : known).increment();
  }

  /** Lines of backend, primitive, path and how often, sorted. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    counts.forEach(
        (key, count) ->
            lines.add(
                String.join(
                    " ",
                    key.backend(),
                    key.primitive().name(),
                    key.path().name().toLowerCase(Locale.ROOT),
                    Long.toString(count.sum()))));
    lines.sort(null);
    return lines;
  }
}
