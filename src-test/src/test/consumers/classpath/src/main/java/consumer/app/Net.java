package consumer.app;

import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.layer.Conv2d;
import dev.mycel.nn.layer.Dense;
import dev.mycel.nn.layer.Flatten;
import dev.mycel.nn.layer.ReLU;

/** An application's own network: its fields are the registry. */
public final class Net extends Cell<Tensor, Tensor> {
  private final Conv2d conv = new Conv2d(1, 4, 3);
  private final ReLU relu = new ReLU();
  private final Flatten flatten = new Flatten();
  private final Dense scores = new Dense(4 * 6 * 6, 3);

  /** A fresh network. */
  public Net() {}

  @Override
  protected Tensor construct(Tensor images) {
    return scores.call(flatten.call(relu.call(conv.call(images))));
  }
}
