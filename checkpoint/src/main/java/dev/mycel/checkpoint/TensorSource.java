package dev.mycel.checkpoint;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import java.util.function.Supplier;

/**
 * A value to be saved that is made when its turn comes and given up once it is written, so that a
 * model can be larger than memory:
 *
 * <pre>{@code
 * try (CheckpointFile file = Checkpoints.open(from)) {
 *   Map<String, TensorSource> entries = new LinkedHashMap<>();
 *   file.entries().forEach(e -> entries.put(e.name(), TensorSource.of(file, e)));
 *   Checkpoints.saveSafetensors(entries, to);
 * }
 * }</pre>
 *
 * @param dtype the type of its elements
 * @param shape its extents
 * @param content makes it, once or several times, always with the same elements
 */
public record TensorSource(DType dtype, Shape shape, Supplier<Tensor> content) {
  /**
   * An entry of an open file as it is; the file stays open until it is saved.
   *
   * @throws ArgumentException if the entry cannot be loaded
   */
  public static TensorSource of(CheckpointFile file, CheckpointEntry entry) {
    DType dtype = entry.dtype();
    if (dtype == null) {
      throw new ArgumentException(
          "TensorSource.of: the type "
              + entry.storedType()
              + " of '"
              + Problems.shortened(entry.name())
              + "' cannot be loaded");
    }
    return new TensorSource(dtype, Shape.of(entry.shape()), () -> file.tensor(entry.name()));
  }

  /** The same with its elements converted as {@link Tensor#cast} does. */
  public TensorSource cast(DType to) {
    return to == dtype ? this : new TensorSource(to, shape, () -> content.get().cast(to));
  }
}
