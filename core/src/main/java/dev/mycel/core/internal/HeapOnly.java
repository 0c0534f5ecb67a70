package dev.mycel.core.internal;

import dev.mycel.core.spi.Backend;
import dev.mycel.core.spi.HeapBackend;

/**
 * A backend seen by a reference kernel that stands in for it: the same device, but memory on the
 * Java heap.
 */
final class HeapOnly extends HeapBackend {
  HeapOnly(Backend of) {
    super(of.device(), of.kernels());
  }
}
