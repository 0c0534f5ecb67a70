package dev.mycel.examples.digits;

import dev.mycel.core.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.zip.GZIPInputStream;

/**
 * Handwritten digits of 8 by 8 pixels, from the UCI repository (licence beside the data).
 *
 * @param pixels one row per image, 64 values from 0 to 1
 * @param labels the digit of each image
 */
record Digits(float[][] pixels, int[] labels) {
  static final int SIDE = 8;

  /** The images of one step. */
  record Batch(Tensor images, Tensor labels) {}

  /** Reads all 1797 images from the class path. */
  static Digits load() {
    try (InputStream raw =
            Objects.requireNonNull(Digits.class.getResourceAsStream("optdigits.csv.gz"));
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new GZIPInputStream(raw), StandardCharsets.US_ASCII))) {
      List<float[]> pixels = new ArrayList<>();
      List<Integer> labels = new ArrayList<>();
      lines.readLine(); // column names
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] cells = line.split(",", -1);
        float[] image = new float[SIDE * SIDE];
        for (int i = 0; i < image.length; i++) {
          image[i] = Float.parseFloat(cells[i]) / 16;
        }
        pixels.add(image);
        labels.add(Integer.parseInt(cells[image.length]));
      }
      return new Digits(
          pixels.toArray(float[][]::new), labels.stream().mapToInt(Integer::intValue).toArray());
    } catch (IOException e) {
      throw new UncheckedIOException("the digits could not be read from the class path", e);
    }
  }

  /** Images {@code from} to {@code to - 1}. */
  Digits rows(int from, int to) {
    return new Digits(
        java.util.Arrays.copyOfRange(pixels, from, to),
        java.util.Arrays.copyOfRange(labels, from, to));
  }

  int size() {
    return labels.length;
  }

  /** All images as one batch [n, 1, 8, 8], untouched. */
  Batch all() {
    int[] order = java.util.stream.IntStream.range(0, size()).toArray();
    return batch(order, 0, size(), null);
  }

  /**
   * The images in a new order, cut into batches, each image shifted by up to one pixel: a digit
   * stays the digit it is.
   */
  List<Batch> shuffledBatches(int batchSize, RandomGenerator random) {
    int[] order = java.util.stream.IntStream.range(0, size()).toArray();
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    List<Batch> batches = new ArrayList<>();
    for (int at = 0; at < order.length; at += batchSize) {
      batches.add(batch(order, at, Math.min(at + batchSize, order.length), random));
    }
    return batches;
  }

  private Batch batch(
      int[] order, int from, int to, @org.jspecify.annotations.Nullable RandomGenerator random) {
    int n = to - from;
    float[] images = new float[n * SIDE * SIDE];
    int[] classes = new int[n];
    for (int i = 0; i < n; i++) {
      int down = random == null ? 0 : random.nextInt(3) - 1;
      int right = random == null ? 0 : random.nextInt(3) - 1;
      copyShifted(pixels[order[from + i]], images, i * SIDE * SIDE, down, right);
      classes[i] = labels[order[from + i]];
    }
    return new Batch(Tensor.of(images, n, 1, SIDE, SIDE), Tensor.of(classes, n));
  }

  private static void copyShifted(float[] from, float[] to, int at, int down, int right) {
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        int sourceY = y - down;
        int sourceX = x - right;
        boolean inside = sourceY >= 0 && sourceY < SIDE && sourceX >= 0 && sourceX < SIDE;
        to[at + y * SIDE + x] = inside ? from[sourceY * SIDE + sourceX] : 0;
      }
    }
  }
}
