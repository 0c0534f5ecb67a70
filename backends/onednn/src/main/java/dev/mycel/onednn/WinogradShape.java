package dev.mycel.onednn;

import dev.mycel.core.Shape;

/**
 * The extents of a convolution by tiles. A tile gives two by two places of the result; the last one
 * of a row or column may reach over its end.
 *
 * @param top rows of zeros before the source
 * @param left columns of zeros before the source
 */
record WinogradShape(
    int images,
    int height,
    int width,
    int channels,
    int outHeight,
    int outWidth,
    int outChannels,
    int top,
    int left) {
  /** Places of a tile, each with a matrix of its own. */
  static final int POSITIONS = 16;

  /** Of a source and a result, both [N, C, H, W]. */
  static WinogradShape of(Shape source, Shape result, long top, long left) {
    return new WinogradShape(
        (int) source.dim(0),
        (int) source.dim(2),
        (int) source.dim(3),
        (int) source.dim(1),
        (int) result.dim(2),
        (int) result.dim(3),
        (int) result.dim(1),
        (int) top,
        (int) left);
  }

  /** Tiles in a column of an image. */
  int down() {
    return (outHeight + 1) / 2;
  }

  /** Tiles in a row of an image. */
  int across() {
    return (outWidth + 1) / 2;
  }

  /** Rows of tiles in all images. */
  int rows() {
    return images * down();
  }

  /** Tiles of all images. */
  long tiles() {
    return (long) rows() * across();
  }
}
