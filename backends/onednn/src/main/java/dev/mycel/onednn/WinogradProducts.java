package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import dev.mycel.core.DType;

/** The products between Winograd's transforms, each for one thread. */
final class WinogradProducts {
  private final OneDnnBackend backend;
  private final long channels;
  private final long outChannels;

  /**
   * What is multiplied.
   *
   * @param adds whether the result is added to what is there
   */
  private record Key(Desc a, Desc b, Desc out, boolean adds) {}

  WinogradProducts(OneDnnBackend backend, WinogradShape shape) {
    this.backend = backend;
    this.channels = shape.channels();
    this.outChannels = shape.outChannels();
  }

  /** Of the tiles of a group with the weight, in all positions. */
  Compiled batch(long tiles) {
    long p = WinogradShape.POSITIONS;
    return of(
        dense(p, tiles, channels), dense(p, channels, outChannels), dense(p, tiles, outChannels));
  }

  /** Of tiles with the weight, in one position. */
  Compiled one(long tiles) {
    return of(dense(tiles, channels), dense(channels, outChannels), dense(tiles, outChannels));
  }

  /** Of the transposed tiles of a group with their gradients, in all positions. */
  Compiled batchGrad(long tiles, boolean adds) {
    long p = WinogradShape.POSITIONS;
    Desc a =
        Desc.of(
            DType.FLOAT32,
            new long[] {p, channels, tiles},
            new long[] {tiles * channels, 1, channels});
    return of(a, dense(p, tiles, outChannels), dense(p, channels, outChannels), adds);
  }

  /** Of transposed tiles with their gradients, in one position. */
  Compiled oneGrad(long tiles, boolean adds) {
    Desc a = Desc.of(DType.FLOAT32, new long[] {channels, tiles}, new long[] {1, channels});
    return of(a, dense(tiles, outChannels), dense(channels, outChannels), adds);
  }

  private static Desc dense(long... dims) {
    return Desc.dense(DType.FLOAT32, dims);
  }

  private Compiled of(Desc a, Desc b, Desc out) {
    return of(a, b, out, false);
  }

  private Compiled of(Desc a, Desc b, Desc out, boolean adds) {
    return backend.cache().alone(new Key(a, b, out, adds), k -> create(backend, k));
  }

  private static Compiled create(OneDnnBackend backend, Key key) {
    try (Attributes attributes = new Attributes()) {
      if (key.adds()) {
        attributes.sum();
      }
      return new Compiled(
          backend.pool(),
          Products.describe(key.a(), key.b(), null, key.out(), attributes),
          DNNL_ARG_SRC,
          DNNL_ARG_WEIGHTS,
          DNNL_ARG_DST);
    }
  }
}
