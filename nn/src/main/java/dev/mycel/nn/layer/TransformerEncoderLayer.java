package dev.mycel.nn.layer;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.LocalName;
import org.jspecify.annotations.Nullable;

/**
 * A layer of a transformer's encoder: attention and two dense layers, each beside a connection that
 * passes it and followed (or preceded) by a normalisation.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al., 2017</a>
 */
public final class TransformerEncoderLayer extends Cell<EncoderInput, Tensor> {
  @LocalName("self_attn")
  private final MultiheadAttention selfAttn;

  private final Dense dense1;
  private final Dropout dropout;
  private final Dense dense2;
  private final LayerNorm norm1;
  private final LayerNorm norm2;
  private final Dropout dropout1;
  private final Dropout dropout2;
  private final transient Cell<Tensor, Tensor> activation;
  private final boolean normFirst;

  /** Two dense layers of width 2048 between, dropout 0.1, relu, time first, normalised after. */
  public TransformerEncoderLayer(long dModel, long nhead) {
    this(builder(dModel, nhead));
  }

  private TransformerEncoderLayer(Builder b) {
    Args.probability("transformerEncoderLayer", "dropout", b.dropout, false);
    selfAttn =
        MultiheadAttention.builder(b.dModel, b.nhead)
            .dropout(b.dropout)
            .batchFirst(b.batchFirst)
            .build();
    dense1 = new Dense(b.dModel, b.dimFeedforward);
    dropout = Dropout.p(b.dropout);
    dense2 = new Dense(b.dimFeedforward, b.dModel);
    norm1 = LayerNorm.builder(b.dModel).epsilon(b.layerNormEps).asTuple().build();
    norm2 = LayerNorm.builder(b.dModel).epsilon(b.layerNormEps).asTuple().build();
    dropout1 = Dropout.p(b.dropout);
    dropout2 = Dropout.p(b.dropout);
    activation = b.activation;
    normFirst = b.normFirst;
  }

  /** A layer with other than the default arguments. */
  public static Builder builder(long dModel, long nhead) {
    return new Builder(dModel, nhead);
  }

  /** Encodes without masks. */
  public Tensor call(Tensor src) {
    return call(new EncoderInput(src, null, null));
  }

  /** Encodes with masks; null for none. */
  public Tensor call(Tensor src, @Nullable Tensor srcMask, @Nullable Tensor srcKeyPaddingMask) {
    return call(new EncoderInput(src, srcMask, srcKeyPaddingMask));
  }

  @Override
  protected Tensor construct(EncoderInput in) {
    Tensor x = in.src();
    if (normFirst) {
      Tensor attended = x.add(attend(norm1.call(x), in));
      return attended.add(feedForward(norm2.call(attended)));
    }
    Tensor attended = norm1.call(x.add(attend(x, in)));
    return norm2.call(attended.add(feedForward(attended)));
  }

  private Tensor attend(Tensor x, EncoderInput in) {
    AttentionInput to =
        AttentionInput.of(x, x, x)
            .withAttnMask(in.srcMask())
            .withKeyPaddingMask(in.srcKeyPaddingMask())
            .withNeedWeights(false);
    return dropout1.call(selfAttn.call(to).get(0));
  }

  private Tensor feedForward(Tensor x) {
    return dropout2.call(dense2.call(dropout.call(activation.call(dense1.call(x)))));
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }

  /** Arguments of a {@link TransformerEncoderLayer}. */
  public static final class Builder {
    private final long dModel;
    private final long nhead;
    private long dimFeedforward = 2048;
    private double dropout = 0.1;
    private Cell<Tensor, Tensor> activation = new ReLU();
    private double layerNormEps = 1e-5;
    private boolean batchFirst;
    private boolean normFirst;

    private Builder(long dModel, long nhead) {
      this.dModel = dModel;
      this.nhead = nhead;
    }

    /** Width between the two dense layers; 2048 by default. */
    public Builder dimFeedforward(long width) {
      dimFeedforward = width;
      return this;
    }

    /** Share that training drops, in [0, 1); 0.1 by default. */
    public Builder dropout(double p) {
      dropout = p;
      return this;
    }

    /** What stands between the two dense layers; it holds no parameters. */
    public Builder activation(Cell<Tensor, Tensor> activation) {
      this.activation = activation;
      return this;
    }

    /** The same by name; {@code gelu} is the exact one here. */
    public Builder activation(String alias) {
      return activation(alias.equals("gelu") ? new GELU(false) : Activations.of(alias));
    }

    /** What the normalisations add to variances; 1e-5 by default. */
    public Builder layerNormEps(double eps) {
      layerNormEps = eps;
      return this;
    }

    /** Whether the batch is the first axis; no by default: time is. */
    public Builder batchFirst(boolean batchFirst) {
      this.batchFirst = batchFirst;
      return this;
    }

    /** Whether to normalise before attention and dense layers; no by default: after. */
    public Builder normFirst(boolean normFirst) {
      this.normFirst = normFirst;
      return this;
    }

    /** The layer. */
    public TransformerEncoderLayer build() {
      return new TransformerEncoderLayer(this);
    }
  }
}
