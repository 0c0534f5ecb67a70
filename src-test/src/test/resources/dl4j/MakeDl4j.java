import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Writes what DL4J 1.0.0-M2.1 makes of small networks with random parameters: the parameters under
 * DL4J's names, an input x and the scores y that the network gives for it.
 *
 * <p>Needs org.deeplearning4j:deeplearning4j-nn and org.nd4j:nd4j-native of that version. Argument:
 * the folder to write to.
 */
public final class MakeDl4j {
  private MakeDl4j() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    Nd4j.getRandom().setSeed(7);
    image(folder, true);
    image(folder, false);
    layers(folder);
    sequence(folder);
    both(folder);
    words(folder);
  }

  private static ListBuilder list() {
    return new NeuralNetConfiguration.Builder().seed(3).updater(new Sgd(0.1)).list();
  }

  private static OutputLayer output(int classes) {
    return new OutputLayer.Builder(LossFunction.MSE)
        .activation(Activation.IDENTITY)
        .nOut(classes)
        .build();
  }

  private static RnnOutputLayer rnnOutput(int classes) {
    return new RnnOutputLayer.Builder(LossFunction.MSE)
        .activation(Activation.IDENTITY)
        .nOut(classes)
        .build();
  }

  private static void image(Path folder, boolean log) throws IOException {
    MultiLayerNetwork net =
        net(
            list()
                .layer(
                    new ConvolutionLayer.Builder(3, 3)
                        .nOut(2)
                        .convolutionMode(ConvolutionMode.Same)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(new BatchNormalization.Builder().useLogStd(log).eps(1e-5).build())
                .layer(new ActivationLayer.Builder().activation(Activation.RELU).build())
                .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
                .layer(new DenseLayer.Builder().nOut(5).activation(Activation.TANH).build())
                .layer(output(3))
                .setInputType(InputType.convolutional(4, 6, 1)));
    Path file = folder.resolve(log ? "image-log.npz" : "image.npz");
    save(file, net, Nd4j.rand(DataType.FLOAT, 2, 1, 4, 6));
  }

  /** A transposed convolution, and one over a line. */
  private static void layers(Path folder) throws IOException {
    MultiLayerNetwork net =
        net(
            list()
                .layer(
                    new Deconvolution2D.Builder(2, 2)
                        .stride(2, 2)
                        .nOut(3)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(output(2))
                .setInputType(InputType.convolutional(2, 3, 2)));
    save(folder.resolve("transposed.npz"), net, Nd4j.rand(DataType.FLOAT, 2, 2, 2, 3));
    net =
        net(
            list()
                .layer(
                    new Convolution1DLayer.Builder(3)
                        .nOut(4)
                        .convolutionMode(ConvolutionMode.Same)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(rnnOutput(2))
                .setInputType(InputType.recurrent(3, 5)));
    save(folder.resolve("line.npz"), net, Nd4j.rand(DataType.FLOAT, 2, 3, 5));
  }

  private static void sequence(Path folder) throws IOException {
    MultiLayerNetwork net =
        net(
            list()
                .layer(new LSTM.Builder().nOut(4).activation(Activation.TANH).build())
                .layer(new SimpleRnn.Builder().nOut(3).activation(Activation.TANH).build())
                .layer(rnnOutput(2))
                .setInputType(InputType.recurrent(3, 5)));
    save(folder.resolve("sequence.npz"), net, Nd4j.rand(DataType.FLOAT, 2, 3, 5));
  }

  private static void both(Path folder) throws IOException {
    MultiLayerNetwork net =
        net(
            list()
                .layer(
                    new Bidirectional(
                        Bidirectional.Mode.CONCAT,
                        new LSTM.Builder().nOut(2).activation(Activation.TANH).build()))
                .layer(rnnOutput(2))
                .setInputType(InputType.recurrent(3, 4)));
    save(folder.resolve("both.npz"), net, Nd4j.rand(DataType.FLOAT, 2, 3, 4));
  }

  private static void words(Path folder) throws IOException {
    MultiLayerNetwork net =
        net(
            list()
                .layer(
                    new EmbeddingLayer.Builder()
                        .nIn(6)
                        .nOut(6)
                        .activation(Activation.IDENTITY)
                        .hasBias(false)
                        .build())
                .layer(output(2))
                .setInputType(InputType.feedForward(6)));
    save(folder.resolve("words.npz"), net, Nd4j.createFromArray(new float[][] {{5}, {0}, {3}}));
  }

  /** Parameters that are all different, and deviations that are positive. */
  private static MultiLayerNetwork net(ListBuilder conf) {
    MultiLayerNetwork net = new MultiLayerNetwork(conf.build());
    net.init();
    net.paramTable()
        .forEach(
            (name, p) -> {
              INDArray random = Nd4j.rand(DataType.FLOAT, p.shape());
              net.setParam(name, name.endsWith("_var") ? random.add(0.5) : random.sub(0.5));
            });
    return net;
  }

  private static void save(Path file, MultiLayerNetwork net, INDArray x) throws IOException {
    Map<String, INDArray> all = new LinkedHashMap<>(net.paramTable());
    all.put("x", x);
    all.put("y", net.output(x, false));
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, INDArray> e : all.entrySet()) {
        ZipEntry entry = new ZipEntry(e.getKey() + ".npy");
        entry.setTime(315_532_800_000L);
        zip.putNextEntry(entry);
        zip.write(npy(e.getValue()));
        zip.closeEntry();
      }
    }
  }

  private static byte[] npy(INDArray array) {
    String shape =
        Arrays.stream(array.shape()).mapToObj(d -> d + ",").collect(Collectors.joining(" "));
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
    int pad = 64 - (10 + header.length() + 1) % 64;
    byte[] text = (header + " ".repeat(pad % 64) + "\n").getBytes(StandardCharsets.US_ASCII);
    float[] values = array.dup('c').reshape(array.length()).toFloatVector();
    ByteBuffer all = ByteBuffer.allocate(10 + text.length + 4 * values.length);
    all.order(ByteOrder.LITTLE_ENDIAN);
    all.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0);
    all.putShort((short) text.length).put(text);
    for (float v : values) {
      all.putFloat(v);
    }
    return all.array();
  }
}
