package dev.mycel.optim;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Ops;
import dev.mycel.core.RootInterpreter;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.nn.Parameter;
import java.util.List;

/** A small parameter whose numbers the host works with: read again only after it was written. */
final class HostMirror {
  private final Parameter parameter;
  private long seen = -1;
  private double[] values = {};

  HostMirror(Parameter parameter) {
    this.parameter = parameter;
  }

  /** A float32 parameter without extents. */
  static HostMirror scalar(double value, String name) {
    return of(Ops.scalar(value, DType.FLOAT32), name);
  }

  /** An int32 parameter of shape (1,). */
  static HostMirror counter(String name) {
    return of(Ops.zeros(Shape.of(1), DType.INT32), name);
  }

  /** A float32 parameter of shape [n]. */
  static HostMirror vector(List<Double> values, String name) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    Tensor tensor = Interpreters.root().fromHost(floats, DType.FLOAT32, Shape.of(floats.length));
    return of(tensor, name);
  }

  private static HostMirror of(Tensor value, String name) {
    return new HostMirror(new Parameter(value, name));
  }

  Parameter parameter() {
    return parameter;
  }

  /** The only element. */
  double value() {
    return values()[0];
  }

  /** All elements; not to be changed. */
  double[] values() {
    long now = parameter.version();
    if (now != seen) {
      try (Scope scope = Scope.open()) {
        RootInterpreter root = Interpreters.root();
        values = doubles(Interpreters.under(root, () -> root.toHost(parameter.value())));
      }
      seen = now;
    }
    return values;
  }

  /** Replaces the only element. */
  void set(double value) {
    try (Scope scope = Scope.open()) {
      Tensor one = Ops.scalar(value, parameter.dtype());
      parameter.assign(parameter.shape().rank() == 0 ? one : one.reshape(1));
    }
  }

  private static double[] doubles(Object array) {
    if (array instanceof float[] floats) {
      double[] wide = new double[floats.length];
      for (int i = 0; i < wide.length; i++) {
        wide[i] = floats[i];
      }
      return wide;
    }
    if (array instanceof int[] ints) {
      double[] wide = new double[ints.length];
      for (int i = 0; i < wide.length; i++) {
        wide[i] = ints[i];
      }
      return wide;
    }
    throw new TensorException("optimizer: its state holds " + array.getClass().getSimpleName());
  }
}
