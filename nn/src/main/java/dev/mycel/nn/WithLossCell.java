package dev.mycel.nn;

/**
 * A network followed by its loss: {@code loss(backbone(data), label)}. Adds nothing to parameter
 * names.
 *
 * @param <I> the network's input
 * @param <P> what the network predicts
 * @param <T> the labels
 * @param <L> the loss, a tensor for all losses of the library
 */
public final class WithLossCell<I, P, T, L> extends Cell2<I, T, L> {
  @LocalName("_backbone")
  private final Cell<I, P> backbone;

  @LocalName("_loss_fn")
  private final Cell2<P, T, L> lossFn;

  /** Joins a network and a loss. */
  public WithLossCell(Cell<I, P> backbone, Cell2<P, T, L> lossFn) {
    super(false);
    this.backbone = backbone;
    this.lossFn = lossFn;
  }

  /** The network. */
  public Cell<I, P> backboneNetwork() {
    return backbone;
  }

  @Override
  protected L construct(I data, T label) {
    return lossFn.call(backbone.call(data), label);
  }

  @Override
  protected boolean ownsTemporaries() {
    return true;
  }
}
