package dev.mycel.nd4j;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Pair;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * Batches of an ND4J {@code DataSetIterator} as pairs of features and labels, which {@code
 * Model.train} takes as they are:
 *
 * <pre>{@code
 * model.train(3, NdBatches.of(iterator).examples(1, 8, 8).sparseLabels());
 * }</pre>
 *
 * <p>Each pass resets the iterator first. Tensors are copies on the current backend, so the
 * iterator may reuse its arrays. Batches with masks are refused: nothing here would heed them.
 */
public final class NdBatches implements Iterable<Pair<Tensor, Tensor>> {
  private final DataSetIterator source;
  private final @Nullable Shape example;
  private final boolean sparse;
  private boolean used;

  private NdBatches(DataSetIterator source, @Nullable Shape example, boolean sparse) {
    this.source = source;
    this.example = example;
    this.sparse = sparse;
  }

  /** The iterator's batches as they are. */
  public static NdBatches of(DataSetIterator source) {
    if (source == null) {
      throw new ArgumentException("NdBatches: the iterator must not be null");
    }
    return new NdBatches(source, null, false);
  }

  /**
   * The examples of one data set in their order, so many in a batch and the rest in the last one.
   */
  public static NdBatches of(org.nd4j.linalg.dataset.DataSet examples, int batchSize) {
    if (examples == null || batchSize < 1) {
      throw new ArgumentException(
          examples == null
              ? "NdBatches: the data set must not be null"
              : "NdBatches: a batch has one example or more, got " + batchSize);
    }
    return of(new ViewIterator(examples, batchSize));
  }

  /**
   * The same batches, each of whose examples must have that shape: {@code (channels, height,
   * width)} for images, whose batches are then {@code [N, C, H, W]}. Another shape is refused.
   */
  public NdBatches examples(long... shape) {
    return new NdBatches(source, Shape.of(shape), sparse);
  }

  /**
   * The same batches with one-hot labels {@code [N, classes]} as class numbers {@code [N]} of
   * int32. Labels that are not one-hot are refused.
   */
  public NdBatches sparseLabels() {
    return new NdBatches(source, example, true);
  }

  /**
   * A new pass over the data.
   *
   * @throws ArgumentException if it is not the first and the iterator cannot be reset
   */
  @Override
  public Iterator<Pair<Tensor, Tensor>> iterator() {
    if (source.resetSupported()) {
      source.reset();
    } else if (used) {
      throw new ArgumentException(
          Messages.of("NdBatches: the iterator cannot be reset, and has been used")
              .line("iterator", source.getClass().getName())
              .hint("train one epoch, or give an iterator that can be reset")
              .text());
    }
    used = true;
    return new Iterator<>() {
      private long number;

      @Override
      public boolean hasNext() {
        return source.hasNext();
      }

      @Override
      public Pair<Tensor, Tensor> next() {
        if (!source.hasNext()) {
          throw new NoSuchElementException("NdBatches: there is no further batch");
        }
        return convert(source.next(), number++);
      }
    };
  }

  private Pair<Tensor, Tensor> convert(DataSet batch, long number) {
    INDArray features = batch.getFeatures();
    INDArray labels = batch.getLabels();
    if (features == null || labels == null) {
      throw new ArgumentException(
          Messages.of("NdBatches: a batch needs features and labels")
              .line("batch   ", number)
              .line("features", features == null ? "none" : "there")
              .line("labels  ", labels == null ? "none" : "there")
              .hint("for inference alone convert the features with NdArrays.toTensor")
              .text());
    }
    if (batch.getFeaturesMaskArray() != null || batch.getLabelsMaskArray() != null) {
      throw new ArgumentException(
          Messages.of("NdBatches: a batch has masks, which would not be heeded")
              .line("batch", number)
              .hint("convert features, labels and masks yourself with NdArrays.toTensor")
              .text());
    }
    checkExamples(features, labels, number);
    Tensor target = sparse ? classes(labels, number) : NdArrays.toTensor(labels);
    return new Pair<>(NdArrays.toTensor(features), target);
  }

  private void checkExamples(INDArray features, INDArray labels, long number) {
    long[] found = features.shape();
    if (features.rank() == 0 || labels.rank() == 0 || found[0] != labels.size(0)) {
      throw new ShapeException(
          Messages.of("NdBatches: features and labels have different numbers of examples")
              .line("batch   ", number)
              .line("features", Arrays.toString(found))
              .line("labels  ", Arrays.toString(labels.shape()))
              .hint("the first axis of both counts the examples of the batch")
              .text());
    }
    Shape wanted = example;
    if (wanted != null
        && !Arrays.equals(Arrays.copyOfRange(found, 1, found.length), wanted.dims())) {
      throw new ShapeException(
          Messages.of("NdBatches: the examples have another shape than stated")
              .line("batch   ", number)
              .line("features", Arrays.toString(found))
              .line("stated  ", "N, " + wanted)
              .hint(hint(found, wanted))
              .text());
    }
  }

  private static String hint(long[] found, Shape wanted) {
    if (found.length == 4 && wanted.rank() == 3 && found[3] == wanted.dim(0)) {
      return "the images are channels-last; permute(0, 3, 1, 2) them in a pre-processor";
    }
    if (found.length == 2 && found[1] == wanted.size()) {
      return "the examples are flat; reshape them in a pre-processor, or in the network";
    }
    return "Mycel's images are [N, C, H, W]";
  }

  private static Tensor classes(INDArray labels, long number) {
    if (labels.rank() != 2) {
      throw new ShapeException(
          Messages.of("NdBatches: one-hot labels have two axes, examples and classes")
              .line("batch ", number)
              .line("labels", Arrays.toString(labels.shape()))
              .hint(
                  "leave sparseLabels() out, and turn labels of steps or places into classes in the"
                      + " loss")
              .text());
    }
    try (Tensor dense = NdArrays.toTensor(labels)) {
      double[] values = dense.toDoubleArray();
      int rows = (int) labels.size(0);
      int columns = (int) labels.size(1);
      int[] classes = new int[rows];
      for (int r = 0; r < rows; r++) {
        classes[r] = hot(values, r, columns, number);
      }
      return Interpreters.root().fromHost(classes, DType.INT32, Shape.of(rows));
    }
  }

  private static int hot(double[] values, int row, int columns, long number) {
    int found = -1;
    boolean fine = true;
    for (int c = 0; c < columns; c++) {
      double v = values[row * columns + c];
      if (v == 1 && found < 0) {
        found = c;
      } else {
        fine &= v == 0;
      }
    }
    if (found < 0 || !fine) {
      int from = row * columns;
      throw new ArgumentException(
          Messages.of("NdBatches: a label is not one-hot")
              .line("batch  ", number)
              .line("example", row)
              .line("label  ", Arrays.toString(Arrays.copyOfRange(values, from, from + columns)))
              .hint("leave sparseLabels() out to train on the labels as they are")
              .text());
    }
    return found;
  }
}
