package dev.mycel.golden;

import dev.mycel.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Collects what differs within one case, and how far the worst of it is off. */
final class Comparison {
  private final double rtol;
  private final double atol;
  private final List<String> wrong = new ArrayList<>();

  Comparison(GoldenCase c) {
    this(c.rtol(), c.atol());
  }

  Comparison(double rtol, double atol) {
    this.rtol = rtol;
    this.atol = atol;
  }

  /** Compares a tensor with the right numbers: shape, kind of type, and values. */
  void check(String what, @Nullable Tensor found, GoldenArray right) {
    if (found == null) {
      wrong.add(what + " is missing");
      return;
    }
    GoldenArray values = GoldenArray.of(found);
    if (!values.shape().equals(right.shape())) {
      wrong.add(what + " has the shape " + values.shape() + ", right is " + right.shape());
    } else if (values.dtype().isFloat() != right.dtype().isFloat()) {
      wrong.add(what + " is " + values.dtype() + ", right is " + right.dtype());
    } else {
      check(what, values.numbers(), right.numbers());
    }
  }

  /** Compares numbers: NaN equals NaN, infinities equal themselves. */
  void check(String what, double[] found, double[] right) {
    if (found.length != right.length) {
      wrong.add(what + " has " + found.length + " elements, right are " + right.length);
      return;
    }
    int outside = 0;
    int worst = -1;
    double largest = -1;
    for (int i = 0; i < found.length; i++) {
      double off = deviation(found[i], right[i]);
      if (off > atol + rtol * Math.abs(right[i]) || Double.isInfinite(off)) {
        outside++;
        if (off > largest) {
          largest = off;
          worst = i;
        }
      }
    }
    if (worst >= 0) {
      wrong.add(
          String.format(
              Locale.ROOT,
              "%s: %d of %d outside, largest deviation %.3g at %d (%.9g, right is %.9g)",
              what,
              outside,
              found.length,
              largest,
              worst,
              found[worst],
              right[worst]));
    }
  }

  private static double deviation(double found, double right) {
    if (Double.compare(found, right) == 0 || found == right) {
      return 0;
    }
    double off = Math.abs(found - right);
    return Double.isFinite(off) ? off : Double.POSITIVE_INFINITY;
  }

  /** Compares texts. */
  void check(String what, Object found, Object right) {
    if (!found.equals(right)) {
      wrong.add(what + " is\n      " + found + "\n    right is\n      " + right);
    }
  }

  void fail(String what) {
    wrong.add(what);
  }

  /** What differs; empty if nothing does. */
  List<String> wrong() {
    return wrong;
  }
}
