package dev.mycel.test;

import dev.mycel.core.Primitive;
import java.util.ArrayList;
import java.util.List;

/** The rows of the conformance kit: at least one for every primitive of core. */
public final class OpSamples {
  private static final List<OpSample<?>> ALL = collect();

  private OpSamples() {}

  /** All rows. */
  public static List<OpSample<?>> all() {
    return ALL;
  }

  /** The rows of a primitive. */
  public static List<OpSample<?>> of(Primitive<?> primitive) {
    return ALL.stream().filter(row -> row.primitive() == primitive).toList();
  }

  private static List<OpSample<?>> collect() {
    List<OpSample<?>> rows = new ArrayList<>();
    ElementwiseSamples.addTo(rows);
    MovementSamples.addTo(rows);
    ShapeSamples.addTo(rows);
    NetworkSamples.addTo(rows);
    UpdateSamples.addTo(rows);
    TiledConvolutionSamples.addTo(rows);
    RecurrentSamples.addTo(rows);
    return List.copyOf(rows);
  }
}
