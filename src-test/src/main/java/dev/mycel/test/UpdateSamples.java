package dev.mycel.test;

import dev.mycel.core.Attrs;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import java.util.List;

/** Rows of optimizer steps. */
final class UpdateSamples {
  private UpdateSamples() {}

  static void addTo(List<OpSample<?>> rows) {
    optimizers(rows, Shape.of(3, 4), "");
    for (Shape shape : new Shape[] {Shape.scalar(), Shape.of(0, 3)}) {
      optimizers(rows, shape, " of shape " + shape);
    }
  }

  private static void optimizers(List<OpSample<?>> rows, Shape shape, String of) {
    Draw w = Draw.normal(shape.dims());
    Draw second = Draw.uniform(0.1, 1, shape.dims());
    Draw rate = Draw.uniform(0.05, 0.2);
    for (boolean nesterov : new boolean[] {false, true}) {
      String note = nesterov ? "nesterov" : "";
      for (int first = 0; first < 2; first++) {
        rows.add(
            OpSample.of(
                    Prims.SGD_UPDATE,
                    new Attrs.Sgd(0.9, nesterov ? 0 : 0.2, 0.1, nesterov),
                    w,
                    w,
                    w,
                    rate,
                    Draw.values(Shape.scalar(), first))
                .note((note + (first == 1 ? "first step" : "") + of).trim())
                .flat()
                .loose(4)
                .row());
      }
      rows.add(
          OpSample.of(Prims.MOMENTUM_UPDATE, new Attrs.Momentum(0.9, 0.1, nesterov), w, w, w, rate)
              .note((note + of).trim())
              .flat()
              .loose(4)
              .row());
      rows.add(
          OpSample.of(
                  Prims.ADAM_UPDATE,
                  new Attrs.Adam(0.9, 0.99, 1e-3, 0.1, nesterov),
                  w,
                  w,
                  second,
                  w,
                  rate)
              .note((note + of).trim())
              .flat()
              .loose(8)
              .row());
    }
    rows.add(
        OpSample.of(
                Prims.SGD_UPDATE,
                new Attrs.Sgd(0, 0, 0, false),
                w,
                w,
                w,
                rate,
                Draw.values(Shape.scalar(), 0))
            .note("plain" + of)
            .flat()
            .loose(4)
            .row());
    rows.add(
        OpSample.of(
                Prims.ADAM_WEIGHT_DECAY_UPDATE,
                new Attrs.Adam(0.9, 0.99, 1e-3, 0.1, false),
                w,
                w,
                second,
                w,
                rate)
            .note(of.trim())
            .flat()
            .loose(8)
            .refuses(
                "another gradient",
                ShapeException.class,
                Draw.normal(3),
                Draw.normal(3),
                Draw.normal(3),
                Draw.normal(2),
                Draw.normal())
            .row());
  }
}
