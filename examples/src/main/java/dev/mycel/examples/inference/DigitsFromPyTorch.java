package dev.mycel.examples.inference;

import dev.mycel.checkpoint.CheckpointFile;
import dev.mycel.checkpoint.Checkpoints;
import dev.mycel.checkpoint.MappingMode;
import dev.mycel.checkpoint.MappingReport;
import dev.mycel.checkpoint.names.NameMap;
import dev.mycel.core.DType;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.PadMode;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Flatten;
import dev.mycel.nn.layer.MaxPool2d;
import dev.mycel.nn.layer.ReLU;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Objects;

/**
 * Reads handwritten digits with a network that PyTorch trained: {@code train.py}, which lies beside
 * the checkpoint, wrote the weights, some images, and the scores that PyTorch gives them.
 *
 * <p>Argument: {@code [checkpoint file]}, by default the one on the class path.
 */
public final class DigitsFromPyTorch {
  private static final String SHADES = " .:-=+*#%@";

  private DigitsFromPyTorch() {}

  /** The module of {@code train.py} as a cell; two layers have other names here. */
  private static final class DigitsNet extends Cell<Tensor, Tensor> {
    private final SequentialCell features =
        new SequentialCell(
            conv(1, 16),
            new BatchNorm2d(16),
            new ReLU(),
            new MaxPool2d(2, 2),
            conv(16, 32),
            new BatchNorm2d(32),
            new ReLU(),
            new MaxPool2d(2, 2));
    private final Flatten flatten = new Flatten();
    private final Dense hidden = new Dense(32 * 2 * 2, 64);
    private final Dense scores = new Dense(64, 10);

    private static Conv2d conv(int in, int out) {
      return Conv2d.builder(in, out, 3).padMode(PadMode.PAD).padding(1).hasBias(true).build();
    }

    @Override
    protected Tensor construct(Tensor images) {
      return scores.call(hidden.call(flatten.call(features.call(images))).relu());
    }
  }

  /** Runs the example. */
  public static void main(String[] args) throws IOException {
    run(System.out, args.length > 0 ? Path.of(args[0]) : fromClassPath());
  }

  /** Loads, reads and compares; gives the largest difference from PyTorch's scores. */
  static double run(PrintStream out, Path checkpoint) {
    DigitsNet net = new DigitsNet();
    NameMap names =
        NameMap.builder()
            .name("model.fc1.*", "hidden.*")
            .name("model.fc2.*", "scores.*")
            .stripPrefix("model.")
            .dropOthers()
            .build()
            .then(NameMap.fromPyTorch(net));
    try (CheckpointFile file = Checkpoints.open(checkpoint)) {
      MappingReport report = Checkpoints.load(file, net, names, MappingMode.STRICT);
      Tensor images = file.tensor("images").cast(DType.FLOAT32).div(16);
      Tensor scores = net.call(images);
      out.println(report);

      long right =
          (long) scores.argmax(-1).eq(file.tensor("labels")).cast(DType.INT64).sum().item();
      double difference = scores.sub(file.tensor("outputs")).abs().max().item();
      draw(out, images);
      out.printf(Locale.ROOT, "this is a %d%n", scores.argmax(-1).toLongArray()[0]);
      out.printf(Locale.ROOT, "%d of %d digits are read right%n", right, images.dim(0));
      out.printf(Locale.ROOT, "largest difference from PyTorch's scores: %.1e%n", difference);
      return difference;
    }
  }

  private static void draw(PrintStream out, Tensor images) {
    float[] pixels = images.toFloatArray();
    for (int y = 0; y < 8; y++) {
      StringBuilder line = new StringBuilder();
      for (int x = 0; x < 8; x++) {
        char shade = SHADES.charAt((int) (pixels[8 * y + x] * (SHADES.length() - 1)));
        line.append(shade).append(shade);
      }
      out.println(line.toString().stripTrailing());
    }
  }

  /** A checkpoint is a file: the one on the class path may be in a jar. */
  static Path fromClassPath() throws IOException {
    Path copy = Files.createTempFile("digits", ".pt");
    copy.toFile().deleteOnExit();
    try (InputStream in =
        Objects.requireNonNull(DigitsFromPyTorch.class.getResourceAsStream("digits.pt"))) {
      Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
    }
    return copy;
  }
}
