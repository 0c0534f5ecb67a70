package dev.mycel.nn;

import dev.mycel.core.Tensor;
import java.util.List;

/**
 * A cell that can do the work of cells that follow it in a {@link SequentialCell} in one operation
 * with its own: a convolution that of a batch normalisation, say. The result is that of calling
 * them one by one, up to rounding.
 */
public interface Fusing {
  /**
   * How many of the cells that follow it can take over now, in the modes that they are in.
   *
   * @param following the cells after this one, called as plainly and in the same precision
   * @return between 0 and their number
   */
  int takesOver(List<? extends Cell<Tensor, Tensor>> following);

  /**
   * Computes what this cell and those after it give.
   *
   * @param x the input of this cell
   * @param following the cells that {@link #takesOver} counted
   */
  Tensor constructWith(Tensor x, List<? extends Cell<Tensor, Tensor>> following);
}
