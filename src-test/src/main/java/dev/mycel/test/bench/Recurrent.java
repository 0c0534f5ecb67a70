package dev.mycel.test.bench;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.LSTM;

/** Scores of sequences [time, batch, features] by what an LSTM says at their ends. */
final class Recurrent extends Cell<Tensor, Tensor> {
  private final LSTM lstm = LSTM.builder(128, 256).numLayers(2).build();
  private final Dense fc = new Dense(256, 10);

  @Override
  protected Tensor construct(Tensor x) {
    Tensor y = lstm.call(x).first();
    return fc.call(y.narrow(0, y.dim(0) - 1, 1).squeeze(0));
  }
}
