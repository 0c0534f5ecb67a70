package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reorder_primitive_desc_create;

import dev.mycel.core.DType;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.jspecify.annotations.Nullable;

/** Copies between layouts and element types. */
final class Reorder {
  /** What is copied, from where to where. */
  private record Key(Desc from, Desc to) {}

  /** A copy into the library's own layout for one argument of a primitive. */
  private record PackKey(Desc from, Compiled user, int argument) {}

  private final OneDnnBackend backend;

  Reorder(OneDnnBackend backend) {
    this.backend = backend;
  }

  void run(Desc from, long source, Desc to, long target) {
    backend.cache().get(new Key(from, to), this::create).run(source, target);
  }

  /** A copy from the one to the other for loops of {@link Team}. */
  Compiled alone(Desc from, Desc to) {
    return backend.cache().alone(new Key(from, to), this::create);
  }

  /** Copies a plain tensor into the layout that a primitive chose for an argument. */
  void pack(Desc from, long source, Compiled user, int argument, long target) {
    Desc between = between(from, user, argument);
    if (between == null) {
      packAtOnce(from, source, user, argument, target);
      return;
    }
    long elements = from.dims()[0] * from.strides()[0];
    NativeBlock block = backend.pool().take(elements * between.dtype().bytes());
    try {
      run(from, source, between, block.address());
      packAtOnce(between, block.address(), user, argument, target);
    } finally {
      backend.pool().give(block);
    }
  }

  private void packAtOnce(Desc from, long source, Compiled user, int argument, long target) {
    backend.cache().get(new PackKey(from, user, argument), this::createPack).run(source, target);
  }

  /**
   * The layout [H, W, O, I] of filters [O, I, H, W] on their way into blocks of outputs of a half
   * type. The library walks such blocks with the stride of an output, a few kilobytes for each
   * element: 512 x 512 x 3 x 3 take 1.4 ms at once and 0.55 by way of this layout. Null for others,
   * blocks of inputs among them, which take 0.6 ms at once.
   */
  private static @Nullable Desc between(Desc from, Compiled user, int argument) {
    long[] d = from.dims();
    if (d.length != 4 || d[2] * d[3] == 1 || !from.equals(Desc.dense(from.dtype(), d))) {
      return null;
    }
    DType to = user.blocksOfRows(argument);
    if (to != DType.BFLOAT16 && to != DType.FLOAT16) {
      return null;
    }
    return Desc.of(to, d, new long[] {d[1], 1, d[3] * d[0] * d[1], d[0] * d[1]});
  }

  /** A new copy of a plain tensor in the layout that a primitive chose for an argument. */
  NativeStorage packed(Desc from, long source, Compiled user, int argument) {
    NativeStorage copy = backend.allocateNative(DType.UINT8, user.bytes(argument));
    pack(from, source, user, argument, copy.address());
    return copy;
  }

  /** Copies an argument of a primitive from the layout that it chose to a plain one. */
  void unpack(Compiled user, int argument, long source, Desc to, long target) {
    backend.cache().get(new UnpackKey(user, argument, to), this::createUnpack).run(source, target);
  }

  private record UnpackKey(Compiled user, int argument, Desc to) {}

  private Compiled create(Key key) {
    return create(key.from().create(), key.to().create());
  }

  private Compiled createPack(PackKey key) {
    return create(key.from().create(), key.user().desc(key.argument()));
  }

  private Compiled createUnpack(UnpackKey key) {
    return create(key.user().desc(key.argument()), key.to().create());
  }

  private Compiled create(dnnl_memory_desc from, dnnl_memory_desc to) {
    dnnl_primitive_desc pd = new dnnl_primitive_desc();
    try (Attributes attributes = new Attributes()) {
      Dnnl.check(
          dnnl_reorder_primitive_desc_create(
              pd, from, Dnnl.engine(), to, Dnnl.engine(), attributes.get()),
          "describing a copy");
    }
    return new Compiled(backend.pool(), pd, DNNL_ARG_SRC, DNNL_ARG_DST);
  }
}
