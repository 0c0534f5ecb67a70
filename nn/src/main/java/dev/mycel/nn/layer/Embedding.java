package dev.mycel.nn.layer;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Ops;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.LocalName;
import dev.mycel.nn.Parameter;
import dev.mycel.nn.init.Constant;
import dev.mycel.nn.init.Initializer;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.LazyTensor;
import dev.mycel.nn.init.Normal;
import java.util.OptionalLong;

/** A table of vectors: integer ids [...] become vectors [..., embeddingSize]. */
public final class Embedding extends Cell<Tensor, Tensor> {
  private final long vocabSize;
  private final long embeddingSize;
  private final boolean useOneHot;
  private final DType dtype;
  private final OptionalLong paddingIdx;

  @LocalName("embedding_table")
  private final Parameter embeddingTable;

  /** Vectors drawn from a normal distribution of standard deviation 0.01. */
  public Embedding(long vocabSize, long embeddingSize) {
    this(builder(vocabSize, embeddingSize));
  }

  private Embedding(Builder b) {
    vocabSize = Args.positive("embedding", "vocabSize", b.vocabSize);
    embeddingSize = Args.positive("embedding", "embeddingSize", b.embeddingSize);
    useOneHot = b.useOneHot;
    dtype = b.dtype;
    paddingIdx = b.paddingIdx;
    Shape shape = Shape.of(vocabSize, embeddingSize);
    LazyTensor table = Initializers.initializer(b.table, shape, DType.FLOAT32);
    if (paddingIdx.isPresent()) {
      table = Initializers.initializer(withZeroRow(table), shape, DType.FLOAT32);
    }
    embeddingTable = new Parameter(table, "embedding_table");
  }

  private Initializer withZeroRow(LazyTensor table) {
    long row = paddingIdx.getAsLong();
    if (row < 0 || row >= vocabSize) {
      throw new ArgumentException(
          "embedding: paddingIdx must be in [0, " + vocabSize + "), got " + row);
    }
    return new ZeroRow(table, row);
  }

  /** A layer with other than the default arguments. */
  public static Builder builder(long vocabSize, long embeddingSize) {
    return new Builder(vocabSize, embeddingSize);
  }

  /** The vectors [vocabSize, embeddingSize]. */
  public Parameter embeddingTable() {
    return embeddingTable;
  }

  @Override
  protected Tensor construct(Tensor ids) {
    if (!ids.dtype().isInteger()) {
      throw new DTypeException("embedding: ids must be integers, got " + ids.type());
    }
    Tensor table = embeddingTable.value();
    if (!useOneHot) {
      return Ops.gather(table, indices(ids), 0);
    }
    Tensor classes = Ops.arange(0, vocabSize, 1, ids.dtype());
    Tensor oneHot = Ops.equal(ids.expandDims(-1), classes).cast(dtype);
    return oneHot.matmul(table);
  }

  private static Tensor indices(Tensor ids) {
    boolean fits = ids.dtype() == DType.INT32 || ids.dtype() == DType.INT64;
    return fits ? ids : ids.cast(DType.INT32);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }

  @Override
  public String extendRepr() {
    return "vocab_size="
        + vocabSize
        + ", embedding_size="
        + embeddingSize
        + ", use_one_hot="
        + Text.of(useOneHot)
        + ", embedding_table="
        + embeddingTable
        + ", dtype="
        + dtype.displayName()
        + ", padding_idx="
        + (paddingIdx.isPresent() ? Long.toString(paddingIdx.getAsLong()) : "None");
  }

  /** Arguments of an {@link Embedding}. */
  public static final class Builder {
    private final long vocabSize;
    private final long embeddingSize;
    private boolean useOneHot;
    private Initializer table = new Normal();
    private DType dtype = DType.FLOAT32;
    private OptionalLong paddingIdx = OptionalLong.empty();

    private Builder(long vocabSize, long embeddingSize) {
      this.vocabSize = vocabSize;
      this.embeddingSize = embeddingSize;
    }

    /** Whether to multiply one-hot vectors with the table instead of picking rows. */
    public Builder useOneHot(boolean useOneHot) {
      this.useOneHot = useOneHot;
      return this;
    }

    /** Initial vectors. */
    public Builder embeddingTable(Initializer init) {
      table = init;
      return this;
    }

    /** Initial vectors by an alias such as {@code "uniform"}. */
    public Builder embeddingTable(String alias) {
      return embeddingTable(Initializers.of(alias));
    }

    /** Initial vectors as a tensor [vocabSize, embeddingSize]. */
    public Builder embeddingTable(Tensor value) {
      return embeddingTable(Initializers.of(value));
    }

    /** One number for all initial vectors. */
    public Builder embeddingTable(double value) {
      return embeddingTable(new Constant(value));
    }

    /** Element type of the one-hot vectors; float32 by default. */
    public Builder dtype(DType dtype) {
      this.dtype = dtype;
      return this;
    }

    /** The id whose vector is zero at first; as in MindSpore training may change it. */
    public Builder paddingIdx(long paddingIdx) {
      this.paddingIdx = OptionalLong.of(paddingIdx);
      return this;
    }

    /** The layer. */
    public Embedding build() {
      return new Embedding(this);
    }
  }
}
