package dev.mycel.golden;

import dev.mycel.core.DType;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.layer.*;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** The layers by MindSpore's names, each made from MindSpore's arguments. */
final class Layers {
  private static final Map<String, Function<Args, Module>> TABLE = new HashMap<>();

  private Layers() {}

  static {
    simple();
    activations();
    dense();
    convolutions();
    pooling();
    normalisation();
    recurrent();
  }

  /** The layer of that name with those arguments. */
  static Module make(Args args) {
    Function<Args, Module> factory = TABLE.get(args.owner());
    if (factory == null) {
      throw new Unsupported("layer " + args.owner());
    }
    Module made = factory.apply(args);
    args.finish();
    return made;
  }

  private static void put(String name, Function<Args, Cell<Tensor, Tensor>> factory) {
    TABLE.put(name, a -> Module.one(factory.apply(a)));
  }

  private static void bare(String name, Supplier<Cell<Tensor, Tensor>> factory) {
    put(name, a -> factory.get());
  }

  private static void simple() {
    bare("Identity", Identity::new);
    put("Flatten", a -> new Flatten(a.integer("start_dim", 1), a.integer("end_dim", -1)));
    put(
        "Dropout",
        a ->
            a.has("keep_prob")
                ? Dropout.keepProb(a.number("keep_prob"))
                : Dropout.p(a.number("p", 0.5)));
    put("Dropout1d", a -> new Dropout1d(a.number("p", 0.5)));
    put("Dropout2d", a -> new Dropout2d(a.number("p", 0.5)));
    put("Dropout3d", a -> new Dropout3d(a.number("p", 0.5)));
    put(
        "Embedding",
        a -> {
          Embedding.Builder b =
              Embedding.builder(a.integer("vocab_size"), a.integer("embedding_size"));
          a.ifBool("use_one_hot", b::useOneHot);
          a.ifInit("embedding_table", b::embeddingTable, (n, v) -> b.embeddingTable(v));
          a.ifGiven("padding_idx", e -> b.paddingIdx(e.getAsLong()));
          b.dtype(a.dtype("dtype", DType.FLOAT32));
          return b.build();
        });
  }

  private static void activations() {
    bare("ReLU", ReLU::new);
    bare("ReLU6", ReLU6::new);
    bare("Tanh", Tanh::new);
    bare("Tanhshrink", Tanhshrink::new);
    bare("Mish", Mish::new);
    bare("SiLU", SiLU::new);
    bare("FastGelu", FastGelu::new);
    bare("Sigmoid", Sigmoid::new);
    bare("LogSigmoid", LogSigmoid::new);
    bare("HSigmoid", HSigmoid::new);
    bare("HSwish", HSwish::new);
    bare("Softsign", Softsign::new);
    put("LeakyReLU", a -> new LeakyReLU(a.number("alpha", 0.2)));
    put("ELU", a -> new ELU(a.number("alpha", 1)));
    put("GELU", a -> new GELU(a.bool("approximate", true)));
    put("Hardtanh", a -> new Hardtanh(a.number("min_val", -1), a.number("max_val", 1)));
    put("Softmax", a -> new Softmax(a.integer("axis", -1)));
    put("Softmin", a -> new Softmin(a.integer("axis", -1)));
    put("LogSoftmax", a -> new LogSoftmax(a.integer("axis", -1)));
    put("SoftShrink", a -> new SoftShrink(a.number("lambd", 0.5)));
    put("HShrink", a -> new HShrink(a.number("lambd", 0.5)));
    put("PReLU", a -> new PReLU(a.integer("channel", 1), a.number("w", 0.25)));
  }

  private static void dense() {
    put(
        "Dense",
        a -> {
          Dense.Builder b = Dense.builder(a.integer("in_channels"), a.integer("out_channels"));
          a.ifInit("weight_init", b::weightInit, (n, v) -> b.weightInit(v));
          a.ifInit("bias_init", b::biasInit, (n, v) -> b.biasInit(v));
          a.ifBool("has_bias", b::hasBias);
          a.ifText("activation", b::activation);
          return b.dtype(a.dtype("dtype", DType.FLOAT32)).build();
        });
    put(
        "Linear",
        a -> new Linear(a.integer("in_features"), a.integer("out_features"), a.bool("bias", true)));
    TABLE.put(
        "BiDense",
        a -> {
          BiDense.Builder b =
              BiDense.builder(
                  a.integer("in1_channels"), a.integer("in2_channels"), a.integer("out_channels"));
          a.ifBool("has_bias", b::hasBias);
          return Module.two(b.build());
        });
    put(
        "DenseBnAct",
        a -> {
          DenseBnAct.Builder b =
              DenseBnAct.builder(a.integer("in_channels"), a.integer("out_channels"));
          a.ifBool("has_bias", b::hasBias);
          a.ifBool("has_bn", b::hasBn);
          a.ifNumber("momentum", b::momentum);
          a.ifNumber("eps", b::eps);
          a.ifText("activation", b::activation);
          a.ifNumber("alpha", b::alpha);
          return b.build();
        });
    put(
        "EmbeddingExt",
        a -> {
          long rows = a.integer("num_embeddings");
          long width = a.integer("embedding_dim");
          return a.has("padding_idx")
              ? new EmbeddingExt(rows, width, a.integer("padding_idx"))
              : new EmbeddingExt(rows, width);
        });
  }

  private static Cell<Tensor, Tensor> convBnAct(Args a) {
    Conv2dBnAct.Builder b =
        Conv2dBnAct.builder(
            a.integer("in_channels"), a.integer("out_channels"), a.longs("kernel_size"));
    a.ifLongs("stride", b::stride);
    a.ifText("pad_mode", b::padMode);
    a.ifLongs("padding", b::padding);
    a.ifLongs("dilation", b::dilation);
    a.ifInt("group", b::group);
    a.ifBool("has_bias", b::hasBias);
    a.ifBool("has_bn", b::hasBn);
    a.ifNumber("momentum", b::momentum);
    a.ifNumber("eps", b::eps);
    a.ifText("activation", b::activation);
    a.ifNumber("alpha", b::alpha);
    return b.build();
  }

  private static Cell<Tensor, Tensor> transposed(Args a) {
    Conv2dTranspose.Builder b =
        Conv2dTranspose.builder(
            a.integer("in_channels"), a.integer("out_channels"), a.longs("kernel_size"));
    a.ifLongs("stride", b::stride);
    a.ifText("pad_mode", b::padMode);
    a.ifLongs("padding", b::padding);
    a.ifLongs("output_padding", b::outputPadding);
    a.ifLongs("dilation", b::dilation);
    a.ifInt("group", b::group);
    a.ifBool("has_bias", b::hasBias);
    return b.build();
  }

  private static void convolutions() {
    put("Conv2dBnAct", Layers::convBnAct);
    put("Conv2dTranspose", Layers::transposed);
    TABLE.put("MultiheadAttention", AttentionLayers::multihead);
    TABLE.put("TransformerEncoderLayer", AttentionLayers::encoderLayer);
    put("Conv1d", a -> convolution(a, (i, o, k) -> Conv1d.builder(i, o, k[0])));
    put("Conv2d", a -> convolution(a, Conv2d::builder));
    put("Conv3d", a -> convolution(a, Conv3d::builder));
  }

  /** What begins a convolution. */
  private interface ConvStart<C extends Cell<Tensor, Tensor>> {
    ConvBuilder<C> of(long in, long out, long... kernel);
  }

  private static <C extends Cell<Tensor, Tensor>> C convolution(Args a, ConvStart<C> start) {
    ConvBuilder<C> b =
        start.of(a.integer("in_channels"), a.integer("out_channels"), a.longs("kernel_size"));
    a.ifLongs("stride", b::stride);
    a.ifText("pad_mode", b::padMode);
    a.ifLongs("padding", b::padding);
    a.ifLongs("dilation", b::dilation);
    a.ifInt("group", b::group);
    a.ifBool("has_bias", b::hasBias);
    a.ifInit("weight_init", b::weightInit, (n, v) -> b.weightInit(v));
    a.ifInit("bias_init", b::biasInit, (n, v) -> b.biasInit(v));
    return b.dtype(a.dtype("dtype", DType.FLOAT32)).build();
  }

  private static void pooling() {
    put("MaxPool1d", a -> pool(a, MaxPool1d.builder(), false));
    put("MaxPool2d", a -> pool(a, MaxPool2d.builder(), false));
    put("MaxPool3d", a -> pool(a, MaxPool3d.builder(), false));
    put("AvgPool1d", a -> pool(a, AvgPool1d.builder(), true));
    put("AvgPool2d", a -> pool(a, AvgPool2d.builder(), true));
    put("AvgPool3d", a -> pool(a, AvgPool3d.builder(), true));
    put(
        "AdaptiveAvgPool2d",
        a -> {
          long[] size = sizes(a);
          return new AdaptiveAvgPool2d(size[0], size[1]);
        });
    put(
        "AdaptiveMaxPool2d",
        a -> {
          if (a.bool("return_indices", false)) {
            throw new Unsupported("AdaptiveMaxPool2d: return_indices = true");
          }
          long[] size = sizes(a);
          return new AdaptiveMaxPool2d(size[0], size[1]);
        });
  }

  /** Output extents; null keeps the input's. */
  private static long[] sizes(Args a) {
    var raw = a.raw("output_size");
    if (raw != null && raw.isJsonArray()) {
      long[] sizes = new long[2];
      for (int i = 0; i < 2; i++) {
        var e = raw.getAsJsonArray().get(i);
        if (e.isJsonNull()) {
          throw new Unsupported(a.owner() + ": an output extent of null");
        }
        sizes[i] = e.getAsLong();
      }
      return sizes;
    }
    long side = a.integer("output_size");
    return new long[] {side, side};
  }

  private static <P extends Cell<Tensor, Tensor>> P pool(
      Args a, PoolBuilder<P> b, boolean averages) {
    a.ifLongs("kernel_size", b::kernelSize);
    a.ifLongs("stride", b::stride);
    a.ifText("pad_mode", b::padMode);
    a.ifLongs("padding", b::padding);
    a.ifBool("ceil_mode", b::ceilMode);
    if (averages) {
      a.ifBool("count_include_pad", b::countIncludePad);
      a.ifGiven("divisor_override", e -> b.divisorOverride(e.getAsLong()));
    } else {
      a.ifLongs("dilation", b::dilation);
      if (a.bool("return_indices", false)) {
        throw new Unsupported(a.owner() + ": return_indices = true");
      }
    }
    return b.build();
  }

  private static void normalisation() {
    put("BatchNorm1d", a -> batchNorm(a, BatchNorm1d.builder(a.integer("num_features"))));
    put("BatchNorm2d", a -> batchNorm(a, BatchNorm2d.builder(a.integer("num_features"))));
    put("BatchNorm3d", a -> batchNorm(a, BatchNorm3d.builder(a.integer("num_features"))));
    put(
        "LayerNorm",
        a -> {
          LayerNorm.Builder b = LayerNorm.builder(a.longs("normalized_shape"));
          a.ifInt("begin_norm_axis", b::beginNormAxis);
          a.ifInt("begin_params_axis", b::beginParamsAxis);
          a.ifNumber("epsilon", b::epsilon);
          a.ifText("gamma_init", b::gammaInit);
          a.ifText("beta_init", b::betaInit);
          return b.dtype(a.dtype("dtype", DType.FLOAT32)).build();
        });
    put(
        "GroupNorm",
        a ->
            new GroupNorm(
                a.integer("num_groups", 0),
                a.integer("num_channels"),
                a.number("eps", 1e-5),
                a.bool("affine", true)));
  }

  private static <N extends Cell<Tensor, Tensor>> N batchNorm(Args a, BatchNormBuilder<N> b) {
    a.ifNumber("eps", b::eps);
    a.ifNumber("momentum", b::momentum);
    a.ifBool("affine", b::affine);
    a.ifText("gamma_init", b::gammaInit);
    a.ifText("beta_init", b::betaInit);
    a.ifText("moving_mean_init", b::movingMeanInit);
    a.ifText("moving_var_init", b::movingVarInit);
    a.ifBool("use_batch_statistics", b::useBatchStatistics);
    return b.dtype(a.dtype("dtype", DType.FLOAT32)).build();
  }

  private static void recurrent() {
    TABLE.put("RNNCell", a -> Module.recurrent(rnnCell(a), Module::state));
    TABLE.put("LSTMCell", a -> Module.recurrent(lstmCell(a), Module::pair));
    TABLE.put("GRUCell", a -> Module.recurrent(gruCell(a), Module::state));
    TABLE.put("RNN", a -> Module.recurrent(recurrent(a, rnn(a)), Module::state));
    TABLE.put(
        "LSTM", a -> Module.recurrent(recurrent(a, LSTM.builder(in(a), hidden(a))), Module::pair));
    TABLE.put(
        "GRU", a -> Module.recurrent(recurrent(a, GRU.builder(in(a), hidden(a))), Module::state));
  }

  private static long in(Args a) {
    return a.integer("input_size");
  }

  private static long hidden(Args a) {
    return a.integer("hidden_size");
  }

  private static RNNCell rnnCell(Args a) {
    return new RNNCell(
        in(a), hidden(a), a.bool("has_bias", true), a.text("nonlinearity", "tanh"), dtype(a));
  }

  private static LSTMCell lstmCell(Args a) {
    return new LSTMCell(in(a), hidden(a), a.bool("has_bias", true), dtype(a));
  }

  private static GRUCell gruCell(Args a) {
    return new GRUCell(in(a), hidden(a), a.bool("has_bias", true), dtype(a));
  }

  private static RecurrentBuilder<RNN> rnn(Args a) {
    return RNN.builder(in(a), hidden(a), a.text("nonlinearity", "tanh"));
  }

  private static DType dtype(Args a) {
    return a.dtype("dtype", DType.FLOAT32);
  }

  private static <L> L recurrent(Args a, RecurrentBuilder<L> b) {
    a.ifInt("num_layers", b::numLayers);
    a.ifBool("has_bias", b::hasBias);
    a.ifBool("batch_first", b::batchFirst);
    a.ifNumber("dropout", b::dropout);
    a.ifBool("bidirectional", b::bidirectional);
    return b.dtype(dtype(a)).build();
  }
}
