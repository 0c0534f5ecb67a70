package dev.mycel.test.bench;

import dev.mycel.core.DType;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Embedding;
import dev.mycel.nn.layer.GELU;
import dev.mycel.nn.layer.LayerNorm;
import java.util.ArrayList;
import java.util.List;

/** A small GPT that is trained, and BERT's encoder. */
final class Transformers {
  private Transformers() {}

  /** [batch, time, heads * size] to [batch, heads, time, size]. */
  private static Tensor split(Tensor x, long heads) {
    return x.reshape(x.dim(0), x.dim(1), heads, x.dim(2) / heads).transpose(0, 2, 1, 3);
  }

  private static Tensor join(Tensor x) {
    return x.transpose(0, 2, 1, 3).reshape(x.dim(0), x.dim(2), x.dim(1) * x.dim(3));
  }

  private static LayerNorm norm(long width, double epsilon) {
    return LayerNorm.builder(width).epsilon(epsilon).build();
  }

  private static SequentialCell feedForward(long width) {
    return new SequentialCell(
        new Dense(width, 4 * width), new GELU(false), new Dense(4 * width, width));
  }

  /** Attention over what came before and a feed-forward net, each after a normalisation. */
  private static final class Block extends Cell<Tensor, Tensor> {
    private final LayerNorm before;
    private final Dense qkv;
    private final Dense out;
    private final LayerNorm between;
    private final SequentialCell forward;
    private final long heads;

    Block(long width, long heads) {
      before = norm(width, 1e-5);
      qkv = new Dense(width, 3 * width);
      out = new Dense(width, width);
      between = norm(width, 1e-5);
      forward = feedForward(width);
      this.heads = heads;
    }

    @Override
    protected Tensor construct(Tensor x) {
      List<Tensor> parts = qkv.call(before.call(x)).split(x.dim(2), -1);
      Tensor mixed =
          Ops.scaledDotProductAttention(
              split(parts.get(0), heads),
              split(parts.get(1), heads),
              split(parts.get(2), heads),
              true);
      Tensor y = x.add(out.call(join(mixed)));
      return y.add(forward.call(between.call(y)));
    }
  }

  /** Tokens [batch, time] to scores [batch * time, vocabulary]. */
  static final class Gpt extends Cell<Tensor, Tensor> {
    private static final long VOCABULARY = 4096;
    private static final long TIME = 256;
    private static final long WIDTH = 384;
    private final Embedding tokens = new Embedding(VOCABULARY, WIDTH);
    private final Embedding places = new Embedding(TIME, WIDTH);
    private final SequentialCell blocks;
    private final LayerNorm last = norm(WIDTH, 1e-5);
    private final Dense head = Dense.builder(WIDTH, VOCABULARY).hasBias(false).build();
    private final transient Tensor positions = Ops.arange(TIME).cast(DType.INT32);

    Gpt() {
      List<Cell<Tensor, Tensor>> all = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        all.add(new Block(WIDTH, 6));
      }
      blocks = new SequentialCell(all);
    }

    @Override
    protected Tensor construct(Tensor ids) {
      Tensor x = tokens.call(ids).add(places.call(positions));
      return head.call(last.call(blocks.call(x))).reshape(-1, VOCABULARY);
    }
  }

  /** A layer of BERT: normalised after each sum. */
  private static final class Encoder extends Cell<Tensor, Tensor> {
    private final Dense q;
    private final Dense k;
    private final Dense v;
    private final Dense out;
    private final LayerNorm first;
    private final SequentialCell forward;
    private final LayerNorm second;
    private final long heads;

    Encoder(long width, long heads) {
      q = new Dense(width, width);
      k = new Dense(width, width);
      v = new Dense(width, width);
      out = new Dense(width, width);
      first = norm(width, 1e-12);
      forward = feedForward(width);
      second = norm(width, 1e-12);
      this.heads = heads;
    }

    @Override
    protected Tensor construct(Tensor x) {
      Tensor mixed =
          Ops.scaledDotProductAttention(
              split(q.call(x), heads), split(k.call(x), heads), split(v.call(x), heads), false);
      Tensor y = first.call(x.add(out.call(join(mixed))));
      return second.call(y.add(forward.call(y)));
    }
  }

  /** Tokens [1, 128] to the last hidden state [1, 128, 768]. */
  static final class Bert extends Cell<Tensor, Tensor> {
    private static final long WIDTH = 768;
    private final Embedding words = new Embedding(30522, WIDTH);
    private final Embedding places = new Embedding(512, WIDTH);
    private final Embedding segments = new Embedding(2, WIDTH);
    private final LayerNorm norm = norm(WIDTH, 1e-12);
    private final SequentialCell layers;
    private final transient Tensor positions = Ops.arange(128).cast(DType.INT32);
    private final transient Tensor segment = Ops.zeros(Shape.of(128), DType.INT32);

    Bert() {
      List<Cell<Tensor, Tensor>> all = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        all.add(new Encoder(WIDTH, 12));
      }
      layers = new SequentialCell(all);
    }

    @Override
    protected Tensor construct(Tensor ids) {
      Tensor x = words.call(ids).add(places.call(positions)).add(segments.call(segment));
      return layers.call(norm.call(x));
    }
  }
}
