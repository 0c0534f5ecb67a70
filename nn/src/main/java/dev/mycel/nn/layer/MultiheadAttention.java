package dev.mycel.nn.layer;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.LocalName;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.init.Initializer;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.XavierNormal;
import dev.mycel.nn.init.XavierUniform;
import dev.mycel.nn.init.Zero;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Attention of several heads: {@code concat(head_1, ..., head_h) W_o + b_o} with {@code head_i =
 * softmax(q_i k_i^T / sqrt(E / h) + mask) v_i}, where q, k and v are linear in the inputs.
 *
 * <p>The result is a list as MindSpore's tuple: the output, of the query's form, and the weights
 * [N, L, S], or [N, heads, L, S] if they are not averaged, unless they are not wanted.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al., 2017</a>
 */
public final class MultiheadAttention extends Cell<AttentionInput, List<Tensor>> {
  private static final String NAME = "multiheadAttention";

  @LocalName("in_proj_weight")
  private final @Nullable Parameter inProjWeight;

  @LocalName("q_proj_weight")
  private final @Nullable Parameter qProjWeight;

  @LocalName("k_proj_weight")
  private final @Nullable Parameter kProjWeight;

  @LocalName("v_proj_weight")
  private final @Nullable Parameter vProjWeight;

  @LocalName("in_proj_bias")
  private final @Nullable Parameter inProjBias;

  @LocalName("bias_k")
  private final @Nullable Parameter biasK;

  @LocalName("bias_v")
  private final @Nullable Parameter biasV;

  @LocalName("out_proj")
  private final Dense outProj;

  private final long embedDim;
  private final long numHeads;
  private final double dropout;
  private final boolean addZeroAttn;
  private final boolean batchFirst;
  private final transient @Nullable Dropout dropping;

  /** With bias; keys and values have the query's width; no dropout. */
  public MultiheadAttention(long embedDim, long numHeads) {
    this(builder(embedDim, numHeads));
  }

  private MultiheadAttention(Builder b) {
    embedDim = Args.positive(NAME, "embedDim", b.embedDim);
    numHeads = Args.positive(NAME, "numHeads", b.numHeads);
    if (embedDim % numHeads != 0) {
      throw new ArgumentException(
          Messages.of(NAME + ": the width cannot be split into heads")
              .line("embedDim", embedDim)
              .line("numHeads", numHeads)
              .hint("embedDim must be divisible by numHeads")
              .text());
    }
    dropout = Args.probability(NAME, "dropout", b.dropout, false);
    dropping = dropout == 0 ? null : Dropout.p(dropout);
    addZeroAttn = b.addZeroAttn;
    batchFirst = b.batchFirst;
    long kdim = b.kdim == 0 ? embedDim : Args.positive(NAME, "kdim", b.kdim);
    long vdim = b.vdim == 0 ? embedDim : Args.positive(NAME, "vdim", b.vdim);
    boolean same = kdim == embedDim && vdim == embedDim;
    Initializer init = new XavierUniform();
    inProjWeight = same ? parameter(init, "in_proj_weight", b, 3 * embedDim, embedDim) : null;
    qProjWeight = same ? null : parameter(init, "q_proj_weight", b, embedDim, embedDim);
    kProjWeight = same ? null : parameter(init, "k_proj_weight", b, embedDim, kdim);
    vProjWeight = same ? null : parameter(init, "v_proj_weight", b, embedDim, vdim);
    inProjBias = b.hasBias ? parameter(new Zero(), "in_proj_bias", b, 3 * embedDim) : null;
    Initializer normal = new XavierNormal();
    biasK = b.addBiasKv ? parameter(normal, "bias_k", b, 1, 1, embedDim) : null;
    biasV = b.addBiasKv ? parameter(normal, "bias_v", b, 1, 1, embedDim) : null;
    outProj = Dense.builder(embedDim, embedDim).hasBias(b.hasBias).dtype(b.dtype).build();
  }

  private static Parameter parameter(Initializer init, String name, Builder b, long... shape) {
    return new Parameter(Initializers.initializer(init, Shape.of(shape), b.dtype), name);
  }

  /** A layer with other than the default arguments. */
  public static Builder builder(long embedDim, long numHeads) {
    return new Builder(embedDim, numHeads);
  }

  /** Attends without masks; gives the output and the averaged weights. */
  public List<Tensor> call(Tensor query, Tensor key, Tensor value) {
    return call(AttentionInput.of(query, key, value));
  }

  @Override
  protected List<Tensor> construct(AttentionInput in) {
    boolean batched = in.query().rank() != 2;
    Tensor query = timeFirst(in.query(), batched);
    Tensor key = timeFirst(in.key(), batched);
    Tensor value = timeFirst(in.value(), batched);
    AttentionShapes.check(NAME, query, key, value, embedDim);
    Tensor q = heads(project(query, 0, qProjWeight));
    Tensor k = heads(withBias(project(key, 1, kProjWeight), biasK));
    Tensor v = heads(withBias(project(value, 2, vProjWeight), biasV));
    if (addZeroAttn) {
      k = withZeros(k);
      v = withZeros(v);
    }
    Tensor scores = q.matmul(k.swapAxes(-1, -2)).mul(1 / Math.sqrt((double) embedDim / numHeads));
    long keys = key.dim(0);
    Tensor masked = AttentionShapes.masked(NAME, scores, keys, in.attnMask(), in.keyPaddingMask());
    Tensor weights = masked.softmax(-1);
    if (dropping != null && training()) {
      dropping.setTrain(true);
      weights = dropping.call(weights);
    }
    Tensor joined = weights.matmul(v).transpose(2, 0, 1, 3);
    Tensor y = outProj.call(joined.reshape(query.dim(0), query.dim(1), embedDim));
    Tensor output = batched ? (batchFirst ? y.transpose(1, 0, 2) : y) : y.squeeze(1);
    return in.needWeights() ? List.of(output, shown(weights, in, batched)) : List.of(output);
  }

  private static Tensor shown(Tensor weights, AttentionInput in, boolean batched) {
    Tensor shown = in.averageAttnWeights() ? weights.mean(1) : weights;
    return batched ? shown : shown.squeeze(0);
  }

  private Tensor timeFirst(Tensor x, boolean batched) {
    if (!batched && x.rank() == 2) {
      return x.expandDims(1);
    }
    return batchFirst && x.rank() == 3 ? x.transpose(1, 0, 2) : x;
  }

  private Tensor project(Tensor x, int part, @Nullable Parameter own) {
    Tensor w = own != null ? own.value() : part(inProjWeight, part);
    return inProjBias == null ? Ops.linear(x, w) : Ops.linear(x, w, part(inProjBias, part));
  }

  private Tensor part(@Nullable Parameter all, int part) {
    return java.util.Objects.requireNonNull(all).value().narrow(0, part * embedDim, embedDim);
  }

  private static Tensor withBias(Tensor x, @Nullable Parameter bias) {
    if (bias == null) {
      return x;
    }
    Tensor row = bias.value().cast(x.dtype()).broadcastTo(1, x.dim(1), x.dim(2));
    return Ops.concat(0, x, row);
  }

  /** [L, N, E] as [N, heads, L, E / heads]. */
  private Tensor heads(Tensor x) {
    return x.reshape(x.dim(0), x.dim(1), numHeads, embedDim / numHeads).transpose(1, 2, 0, 3);
  }

  private static Tensor withZeros(Tensor x) {
    return x.pad(new long[4], new long[] {0, 0, 1, 0}, 0);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }

  /** Arguments of a {@link MultiheadAttention}. */
  public static final class Builder {
    private final long embedDim;
    private final long numHeads;
    private double dropout;
    private boolean hasBias = true;
    private boolean addBiasKv;
    private boolean addZeroAttn;
    private long kdim;
    private long vdim;
    private boolean batchFirst;
    private DType dtype = DType.FLOAT32;

    private Builder(long embedDim, long numHeads) {
      this.embedDim = embedDim;
      this.numHeads = numHeads;
    }

    /** Share of the weights that training drops, in [0, 1); 0 by default. */
    public Builder dropout(double p) {
      dropout = p;
      return this;
    }

    /** Whether the projections have biases; yes by default. */
    public Builder hasBias(boolean hasBias) {
      this.hasBias = hasBias;
      return this;
    }

    /** Whether a trained key and value are added at the end; no by default. */
    public Builder addBiasKv(boolean add) {
      addBiasKv = add;
      return this;
    }

    /** Whether a key and value of zeros are added at the end; no by default. */
    public Builder addZeroAttn(boolean add) {
      addZeroAttn = add;
      return this;
    }

    /** Width of the keys; that of the queries by default. */
    public Builder kdim(long kdim) {
      this.kdim = kdim;
      return this;
    }

    /** Width of the values; that of the queries by default. */
    public Builder vdim(long vdim) {
      this.vdim = vdim;
      return this;
    }

    /** Whether the batch is the first axis; no by default: time is. */
    public Builder batchFirst(boolean batchFirst) {
      this.batchFirst = batchFirst;
      return this;
    }

    /** Element type of the parameters; float32 by default. */
    public Builder dtype(DType dtype) {
      this.dtype = dtype;
      return this;
    }

    /** The layer. */
    public MultiheadAttention build() {
      return new MultiheadAttention(this);
    }
  }
}
