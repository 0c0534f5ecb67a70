package dev.mycel.core.spi;

/** Makes a backend known; found by {@link java.util.ServiceLoader}. */
public interface BackendProvider {
  /** Name by which users choose it, for example {@code onednn}. */
  String name();

  /** {@code CPU} or {@code GPU}. */
  String target();

  /** The available backend with the highest rank is the default; the reference has 0. */
  int rank();

  /** Whether it can be opened here; must not throw, whatever is missing. */
  Probe probe();

  /** Opens it; called at most once, after a probe that said available. */
  Backend open();
}
