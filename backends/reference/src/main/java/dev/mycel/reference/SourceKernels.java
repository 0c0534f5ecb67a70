package dev.mycel.reference;

import dev.mycel.core.Attrs;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Messages;
import dev.mycel.core.Philox;
import dev.mycel.core.Prims;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;

/** Kernels without inputs: constants, ranges, random numbers. */
final class SourceKernels {
  private SourceKernels() {}

  static void register(KernelTable t) {
    t.put(Prims.FULL, Access.STRIDED, "all types", SourceKernels::full);
    t.put(Prims.IOTA, Access.STRIDED, "all types", SourceKernels::iota);
    t.put(Prims.RANDOM_BITS, Access.STRIDED, "int32", SourceKernels::bits);
    t.put(Prims.RANDOM_UNIFORM, Access.STRIDED, "floats", SourceKernels::uniform);
    t.put(Prims.RANDOM_NORMAL, Access.STRIDED, "floats", SourceKernels::normal);
    t.put(Prims.RANDOM_SAMPLE, Access.STRIDED, "float64", SourceKernels::sample);
  }

  private static void full(KernelCall<Attrs.Full> call) {
    Attrs.Full a = call.attrs();
    Buffer out = call.output(0);
    if (a.dtype().isInteger()) {
      MovementKernels.fill(out, a.integer());
    } else {
      MovementKernels.fill(out, a.value());
    }
  }

  private static void iota(KernelCall<Attrs.Iota> call) {
    Attrs.Iota a = call.attrs();
    Buffer out = call.output(0);
    boolean whole = a.dtype().isInteger() && isWhole(a.start()) && isWhole(a.step());
    int size = Math.toIntExact(a.size());
    int chunk = Math.min(size, Rows.CHUNK);
    long[] integers = new long[chunk];
    double[] numbers = new double[chunk];
    for (int at = 0; at < size; at += chunk) {
      int n = Math.min(chunk, size - at);
      for (int i = 0; i < n; i++) {
        if (whole) {
          integers[i] = (long) a.start() + (at + i) * (long) a.step();
        } else {
          // One rounding for the product and the sum.
          numbers[i] = Math.fma(at + i, a.step(), a.start());
        }
      }
      if (whole) {
        Elements.store(out, at, 1, integers, n);
      } else {
        Elements.store(out, at, 1, numbers, n);
      }
    }
  }

  private static boolean isWhole(double x) {
    return x == Math.rint(x);
  }

  private static void bits(KernelCall<Attrs.Draw> call) {
    Attrs.Draw a = call.attrs();
    if (a.dtype() != DType.INT32) {
      throw wrongType("random_bits", a.dtype(), "random bits are int32");
    }
    Philox.bits(a.key(), a.counter(), (int[]) call.output(0).array());
  }

  private static void uniform(KernelCall<Attrs.Draw> call) {
    Attrs.Draw a = call.attrs();
    requireFloat("random_uniform", a.dtype());
    Buffer out = call.output(0);
    switch (a.dtype()) {
      case FLOAT64 -> Philox.uniform(a.key(), a.counter(), (double[]) out.array());
      case FLOAT32 -> Philox.uniform(a.key(), a.counter(), (float[]) out.array());
      default -> {
        float[] drawn = new float[Math.toIntExact(out.size())];
        Philox.uniform(a.key(), a.counter(), drawn);
        // Rounding to nearest could give 1, which the interval excludes: drop the lower bits.
        float steps = a.dtype() == DType.FLOAT16 ? 0x1p11f : 0x1p8f;
        for (int i = 0; i < drawn.length; i++) {
          drawn[i] = (float) Math.floor(drawn[i] * steps) / steps;
        }
        narrow(out, drawn);
      }
    }
  }

  private static void normal(KernelCall<Attrs.Draw> call) {
    Attrs.Draw a = call.attrs();
    requireFloat("random_normal", a.dtype());
    Buffer out = call.output(0);
    switch (a.dtype()) {
      case FLOAT64 -> Philox.normal(a.key(), a.counter(), (double[]) out.array());
      case FLOAT32 -> Philox.normal(a.key(), a.counter(), (float[]) out.array());
      default -> {
        float[] drawn = new float[Math.toIntExact(out.size())];
        Philox.normal(a.key(), a.counter(), drawn);
        narrow(out, drawn);
      }
    }
  }

  private static void sample(KernelCall<Attrs.Sample> call) {
    Attrs.Sample a = call.attrs();
    double[][] parameters = new double[a.law().parameters()][];
    for (int i = 0; i < parameters.length; i++) {
      Buffer in = call.input(i);
      parameters[i] = Elements.doubles(in, in.layout());
    }
    a.law().draw(a.key(), a.counter(), 0, parameters, (double[]) call.output(0).array());
  }

  private static void narrow(Buffer out, float[] drawn) {
    double[] wide = new double[drawn.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = drawn[i];
    }
    Elements.store(out, 0, 1, wide, wide.length);
  }

  private static void requireFloat(String op, DType dtype) {
    if (!dtype.isFloat()) {
      throw wrongType(op, dtype, "ask for a floating-point type");
    }
  }

  private static DTypeException wrongType(String op, DType dtype, String hint) {
    return new DTypeException(
        Messages.of(op + ": it is not defined for " + dtype).hint(hint).text());
  }
}
