package dev.mycel.guide;

import dev.mycel.core.Ops;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The sampler of MindSpore's guide: of each row, elements above one half are chosen at random, on
 * the host, which cuts the gradient.
 */
public class MySampler extends Cell<Tensor, MySampler.Picked> {
  /**
   * What was picked.
   *
   * @param values [rows, count]
   * @param indices [rows, count], int32
   */
  public record Picked(Tensor values, Tensor indices) {}

  private final LegacyNumpy random;
  private final int count;
  private final List<Picked> forwards = new ArrayList<>();

  /** A sampler of that many elements a row. */
  public MySampler(int count, LegacyNumpy random) {
    this.count = count;
    this.random = random;
  }

  @Override
  protected Picked construct(Tensor x) {
    List<Tensor> values = new ArrayList<>();
    List<Tensor> indices = new ArrayList<>();
    for (int i = 0; i < x.shape().dim(0); i++) {
      float[] row = x.at(i).toFloatArray();
      int[] candidates = IntStream.range(0, row.length).filter(k -> row[k] > 0.5).toArray();
      int[] picked = random.choice(candidates, count);
      float[] chosen = new float[count];
      for (int k = 0; k < count; k++) {
        chosen[k] = row[picked[k]];
      }
      values.add(Tensor.of(chosen));
      indices.add(Tensor.of(picked));
    }
    Picked all = new Picked(Ops.stack(values, 0), Ops.stack(indices, 0));
    forwards.add(kept(all));
    return all;
  }

  /** Copies that outlive the gradient. */
  private static Picked kept(Picked p) {
    return new Picked(Scope.keep(p.values().copy()), Scope.keep(p.indices().copy()));
  }

  /** What each run of construct gave, in order. */
  public List<Picked> forwards() {
    return forwards;
  }

  /** The sampler with a backward pass: gradients go where the elements came from. */
  public static final class WithBackward extends MySampler {
    private final List<Picked> outputs = new ArrayList<>();
    private final List<Picked> gradients = new ArrayList<>();

    /** A sampler of that many elements a row. */
    public WithBackward(int count, LegacyNumpy random) {
      super(count, random);
    }

    @Override
    protected Tensor bprop(Tensor x, Picked out, Picked dout) {
      outputs.add(kept(out));
      gradients.add(kept(dout));
      List<Tensor> rows = new ArrayList<>();
      for (int i = 0; i < x.dim(0); i++) {
        rows.add(dout.values().at(i).unsortedSegmentSum(out.indices().at(i), x.dim(1)));
      }
      return Ops.stack(rows, 0);
    }

    /** The outputs that bprop was given. */
    public List<Picked> outputs() {
      return outputs;
    }

    /** The gradients that bprop was given. */
    public List<Picked> gradients() {
      return gradients;
    }
  }
}
