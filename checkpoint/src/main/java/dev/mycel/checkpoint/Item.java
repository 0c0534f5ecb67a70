package dev.mycel.checkpoint;

import dev.mycel.core.Tensor;

/** One entry to be written. */
sealed interface Item {
  /** The name. */
  String name();

  /** Numbers: a snapshot that later training does not change. */
  record Numbers(String name, Tensor tensor) implements Item {}

  /** A text. */
  record Text(String name, String text) implements Item {}
}
