package dev.mycel.onednn;

import dev.mycel.core.None;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;

/** Sums of squares in one pass over memory: no square is stored. */
final class SquareSumKernels {
  /** Elements whose squares are summed by themselves, whichever thread does it. */
  private static final int PIECE = 1 << 16;

  /** Sums side by side, so that the loop over them becomes vector instructions. */
  private static final int LANES = 256;

  private SquareSumKernels() {}

  static void register(KernelTable table) {
    table.put(
        Prims.SQUARE_SUM,
        Access.STRIDED,
        "one pass, pieces summed in float64",
        call -> {
          Buffer x = call.input(0);
          return Desc.computes(x.dtype()) && x.layout().isDense() && Layouts.isPositive(x.layout());
        },
        SquareSumKernels::run);
  }

  private static void run(KernelCall<None> call) {
    Buffer x = call.input(0);
    double[] sums = new double[Math.toIntExact((x.size() + PIECE - 1) / PIECE)];
    Team.run(
        x.size(),
        PIECE,
        (from, to) -> {
          float[] data = new float[LANES];
          float[] lanes = new float[LANES];
          short[] narrow = Chunks.narrow(x.dtype(), LANES);
          for (long at = from; at < to; at += PIECE) {
            long end = Math.min(at + PIECE, to);
            sums[(int) (at / PIECE)] = piece(x, at, end, data, lanes, narrow);
          }
        });
    double sum = 0;
    for (double s : sums) {
      sum += s;
    }
    Chunks.write(call.output(0), 0, new float[] {(float) sum}, 1);
  }

  /** A lane adds up 256 squares at most, which costs few digits. */
  private static double piece(
      Buffer x, long from, long to, float[] data, float[] lanes, short[] narrow) {
    java.util.Arrays.fill(lanes, 0);
    for (long at = from; at < to; at += LANES) {
      int n = (int) Math.min(LANES, to - at);
      Chunks.readWide(x, at, data, narrow, n);
      addSquares(data, lanes, n);
    }
    double sum = 0;
    for (float lane : lanes) {
      sum += lane;
    }
    return sum;
  }

  private static void addSquares(float[] data, float[] lanes, int n) {
    for (int i = 0; i < n; i++) {
      lanes[i] += data[i] * data[i];
    }
  }
}
