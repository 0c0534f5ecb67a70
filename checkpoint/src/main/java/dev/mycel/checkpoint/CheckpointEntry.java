package dev.mycel.checkpoint;

import dev.mycel.core.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A tensor of a checkpoint, as the file announces it; its content was not read.
 *
 * @param name the name; nested keys are joined by dots
 * @param storedType the element type by the name that the format gives it, for example {@code F32}
 * @param dtype the element type that a loaded tensor has, or null if the content cannot be loaded
 * @param shape the extents, none for a scalar
 * @param bytes how many bytes the content has once it is unpacked
 */
public record CheckpointEntry(
    String name, String storedType, @Nullable DType dtype, List<Long> shape, long bytes) {
  /** Copies the extents. */
  public CheckpointEntry {
    shape = List.copyOf(shape);
  }

  /** Whether {@link CheckpointFile#tensor} can load it. */
  public boolean isLoadable() {
    return dtype != null;
  }
}
