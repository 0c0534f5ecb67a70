package dev.mycel.core;

/**
 * Where a tensor lives.
 *
 * @param target {@code CPU} or {@code GPU}
 * @param backend name of the backend that owns the memory, for example {@code onednn}
 * @param index number of the device among those of its target
 */
public record Device(String target, String backend, int index) {
  @Override
  public String toString() {
    return target + ":" + index + " (" + backend + ")";
  }
}
