package dev.mycel.test.bench;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.PadMode;
import dev.mycel.nn.SequentialCell;
import dev.mycel.nn.layer.BatchNorm2d;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.MaxPool2d;
import dev.mycel.nn.layer.ReLU;
import java.util.ArrayList;
import java.util.List;

/** Residual networks, built as an application would build them. */
final class Networks {
  private Networks() {}

  private static Conv2d convolution(long in, long out, long kernel, long stride) {
    return Conv2d.builder(in, out, kernel)
        .stride(stride)
        .padMode(PadMode.PAD)
        .padding(kernel / 2)
        .hasBias(false)
        .build();
  }

  private static SequentialCell convolutionNorm(long in, long out, long kernel, long stride) {
    return new SequentialCell(convolution(in, out, kernel, stride), new BatchNorm2d(out));
  }

  private static SequentialCell convolutionNormRelu(long in, long out, long kernel, long stride) {
    return new SequentialCell(
        convolution(in, out, kernel, stride), new BatchNorm2d(out), new ReLU());
  }

  /** A body, and a shortcut beside it that is the input itself where shapes agree. */
  private static final class Residual extends Cell<Tensor, Tensor> {
    private final SequentialCell body;
    private final SequentialCell shortcut;
    private final ReLU relu = new ReLU();

    Residual(SequentialCell body, SequentialCell shortcut) {
      this.body = body;
      this.shortcut = shortcut;
    }

    @Override
    protected Tensor construct(Tensor x) {
      return relu.call(body.call(x).add(shortcut.call(x)));
    }
  }

  private static Residual basic(long in, long out, long stride) {
    SequentialCell body =
        new SequentialCell(
            convolutionNormRelu(in, out, 3, stride), convolutionNorm(out, out, 3, 1));
    return new Residual(body, shortcut(in, out, stride));
  }

  private static Residual bottleneck(long in, long width, long stride) {
    SequentialCell body =
        new SequentialCell(
            convolutionNormRelu(in, width, 1, 1),
            convolutionNormRelu(width, width, 3, stride),
            convolutionNorm(width, 4 * width, 1, 1));
    return new Residual(body, shortcut(in, 4 * width, stride));
  }

  private static SequentialCell shortcut(long in, long out, long stride) {
    return in == out && stride == 1
        ? new SequentialCell(List.of())
        : convolutionNorm(in, out, 1, stride);
  }

  /** The mean over the positions of an image, then scores. */
  private static final class Head extends Cell<Tensor, Tensor> {
    private final Dense scores;

    Head(long features, long classes) {
      scores = new Dense(features, classes);
    }

    @Override
    protected Tensor construct(Tensor x) {
      return scores.call(x.mean(2, 3));
    }
  }

  /** ResNet-18 for images of 32 by 32. */
  static SequentialCell resnet18() {
    List<Cell<Tensor, Tensor>> cells = new ArrayList<>();
    cells.add(convolutionNormRelu(3, 64, 3, 1));
    long in = 64;
    for (int stage = 0; stage < 4; stage++) {
      long out = 64L << stage;
      cells.add(basic(in, out, stage == 0 ? 1 : 2));
      cells.add(basic(out, out, 1));
      in = out;
    }
    cells.add(new Head(512, 10));
    return new SequentialCell(cells);
  }

  /** ResNet-50, with the stride on the 3 by 3 convolution. */
  static SequentialCell resnet50() {
    List<Cell<Tensor, Tensor>> cells = new ArrayList<>();
    cells.add(convolutionNormRelu(3, 64, 7, 2));
    cells.add(MaxPool2d.builder().kernelSize(3).stride(2).padMode(PadMode.PAD).padding(1).build());
    int[] blocks = {3, 4, 6, 3};
    long in = 64;
    for (int stage = 0; stage < 4; stage++) {
      long width = 64L << stage;
      for (int i = 0; i < blocks[stage]; i++) {
        cells.add(bottleneck(in, width, stage > 0 && i == 0 ? 2 : 1));
        in = 4 * width;
      }
    }
    cells.add(new Head(2048, 1000));
    return new SequentialCell(cells);
  }
}
