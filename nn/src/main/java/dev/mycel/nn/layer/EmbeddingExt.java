package dev.mycel.nn.layer;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.LazyTensor;
import dev.mycel.nn.init.Normal;
import java.util.OptionalLong;

/**
 * A table of vectors with the names of {@code mint.nn.Embedding}: integer ids [...] become vectors
 * [..., embeddingDim]. The table is drawn from the standard normal distribution.
 */
public final class EmbeddingExt extends Cell<Tensor, Tensor> {
  private final long numEmbeddings;
  private final long embeddingDim;
  private final OptionalLong paddingIdx;
  private final Parameter weight;

  /** Without a padding id. */
  public EmbeddingExt(long numEmbeddings, long embeddingDim) {
    this(numEmbeddings, embeddingDim, OptionalLong.empty());
  }

  /** With an id whose vector is zero at first and gets no gradient. */
  public EmbeddingExt(long numEmbeddings, long embeddingDim, long paddingIdx) {
    this(numEmbeddings, embeddingDim, OptionalLong.of(paddingIdx));
  }

  private EmbeddingExt(long numEmbeddings, long embeddingDim, OptionalLong paddingIdx) {
    this.numEmbeddings = Args.positive("embeddingExt", "numEmbeddings", numEmbeddings);
    this.embeddingDim = Args.positive("embeddingExt", "embeddingDim", embeddingDim);
    this.paddingIdx = paddingIdx;
    Shape shape = Shape.of(numEmbeddings, embeddingDim);
    LazyTensor table = Initializers.initializer(new Normal(1), shape, DType.FLOAT32);
    if (paddingIdx.isPresent()) {
      long row = paddingIdx.getAsLong();
      if (row < 0 || row >= numEmbeddings) {
        throw new ArgumentException(
            "embeddingExt: paddingIdx must be in [0, " + numEmbeddings + "), got " + row);
      }
      table = Initializers.initializer(new ZeroRow(table, row), shape, DType.FLOAT32);
    }
    weight = new Parameter(table, "weight");
  }

  /** The vectors [numEmbeddings, embeddingDim]. */
  public Parameter weight() {
    return weight;
  }

  @Override
  protected Tensor construct(Tensor ids) {
    if (ids.dtype() != DType.INT32 && ids.dtype() != DType.INT64) {
      throw new DTypeException("embeddingExt: ids must be int32 or int64, got " + ids.type());
    }
    Tensor vectors = Ops.gather(weight.value(), ids, 0);
    if (paddingIdx.isEmpty()) {
      return vectors;
    }
    Tensor padding = ids.eq(paddingIdx.getAsLong()).expandDims(-1);
    return Ops.where(padding, Autograd.stopGradient(vectors), vectors);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }

  @Override
  public String extendRepr() {
    return "num_embeddings="
        + numEmbeddings
        + ", embedding_dim="
        + embeddingDim
        + ", padding_idx="
        + (paddingIdx.isPresent() ? Long.toString(paddingIdx.getAsLong()) : "None");
  }
}
