package dev.mycel.nd4j;

import dev.mycel.core.DType;
import dev.mycel.core.Layout;
import dev.mycel.core.None;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.Shape;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.Kernel;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import org.bytedeco.javacpp.LongPointer;
import org.nd4j.linalg.api.ops.BaseTransformOp;
import org.nd4j.linalg.api.ops.impl.transforms.floating.Sqrt;
import org.nd4j.linalg.api.ops.impl.transforms.same.Abs;
import org.nd4j.linalg.api.ops.impl.transforms.same.Ceil;
import org.nd4j.linalg.api.ops.impl.transforms.same.Floor;
import org.nd4j.linalg.api.ops.impl.transforms.same.Negative;
import org.nd4j.linalg.api.ops.impl.transforms.same.Reciprocal;
import org.nd4j.linalg.api.ops.impl.transforms.same.Square;
import org.nd4j.linalg.api.ops.impl.transforms.strict.ACos;
import org.nd4j.linalg.api.ops.impl.transforms.strict.ASin;
import org.nd4j.linalg.api.ops.impl.transforms.strict.ATan;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Cos;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Cosh;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erfc;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Exp;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Log;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sigmoid;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sin;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sinh;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Tan;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Tanh;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.OpaqueDataBuffer;

/**
 * Functions of one and two inputs, on the elements as they lie in memory. ND4J's maxima lose NaN,
 * and stay on the host.
 */
final class ElementwiseKernels {
  private static final String NOTE = "elementwise, float32 and float64 of some size";

  private ElementwiseKernels() {}

  /** The three families of ND4J's functions of one input. */
  private enum Family {
    STRICT,
    SAME,
    FLOAT
  }

  static void register(KernelTable table) {
    strict(table);
    unary(table, Prims.NEG, Family.SAME, new Negative());
    unary(table, Prims.ABS, Family.SAME, new Abs());
    unary(table, Prims.SQUARE, Family.SAME, new Square());
    unary(table, Prims.RECIPROCAL, Family.SAME, new Reciprocal());
    unary(table, Prims.FLOOR, Family.SAME, new Floor());
    unary(table, Prims.CEIL, Family.SAME, new Ceil());
    unary(table, Prims.SQRT, Family.FLOAT, new Sqrt());
    named(table, Prims.ADD, "add");
    named(table, Prims.SUB, "subtract");
    named(table, Prims.MUL, "multiply");
    named(table, Prims.DIV, "divide");
    named(table, Prims.POW, "Pow");
    named(table, Prims.EQ, "equals");
    named(table, Prims.NE, "not_equals");
    named(table, Prims.LT, "less");
    named(table, Prims.LE, "less_equal");
    named(table, Prims.GT, "greater");
    named(table, Prims.GE, "greater_equal");
    put(table, Prims.LGAMMA, call -> compute(call, "lgamma", 0));
    put(table, Prims.RELU, call -> compute(call, "relu", 0));
    put(table, Prims.RELU_GRAD, call -> compute(call, "relu_bp", 1, 0));
  }

  private static void strict(KernelTable table) {
    unary(table, Prims.EXP, Family.STRICT, new Exp());
    unary(table, Prims.LOG, Family.STRICT, new Log());
    unary(table, Prims.SIN, Family.STRICT, new Sin());
    unary(table, Prims.COS, Family.STRICT, new Cos());
    unary(table, Prims.TAN, Family.STRICT, new Tan());
    unary(table, Prims.ASIN, Family.STRICT, new ASin());
    unary(table, Prims.ACOS, Family.STRICT, new ACos());
    unary(table, Prims.ATAN, Family.STRICT, new ATan());
    unary(table, Prims.SINH, Family.STRICT, new Sinh());
    unary(table, Prims.COSH, Family.STRICT, new Cosh());
    unary(table, Prims.TANH, Family.STRICT, new Tanh());
    unary(table, Prims.SIGMOID, Family.STRICT, new Sigmoid());
    unary(table, Prims.ERF, Family.STRICT, new Erf());
    unary(table, Prims.ERFC, Family.STRICT, new Erfc());
  }

  private static void unary(
      KernelTable table, Primitive<None> p, Family family, BaseTransformOp op) {
    int number = op.opNum();
    put(table, p, call -> transform(call, family, number));
  }

  private static void named(KernelTable table, Primitive<None> p, String name) {
    put(table, p, call -> compute(call, name, 0, 1));
  }

  private static void put(KernelTable table, Primitive<None> p, Kernel<None> kernel) {
    table.put(p, Access.STRIDED, NOTE, call -> takes(call) && Kernels.aligned(call), kernel);
    table.put(p, Access.CONTIGUOUS, NOTE, ElementwiseKernels::takes, kernel);
  }

  private static boolean takes(KernelCall<None> call) {
    DType t = call.input(0).dtype();
    boolean fits = call.input(0).size() > Kernels.SMALL && Kernels.wide(t);
    for (int i = 1; i < call.inputCount(); i++) {
      fits &= call.input(i).dtype() == t;
    }
    return fits;
  }

  /** Allocates the output in the order of the inputs. */
  private static long output(KernelCall<None> call) {
    Layout layout = Kernels.like(call.input(0));
    return NativeStorage.address(call.output(0, layout));
  }

  /** A function of the library by name; its inputs in its own order. */
  private static void compute(KernelCall<None> call, String name, int... order) {
    DType t = call.input(0).dtype();
    Shape flat = Shape.of(call.input(0).size());
    long to = output(call);
    try (Call op = new Call(Kernels.backend(call), name)) {
      for (int i : order) {
        op.in(t, flat, NativeStorage.address(call.input(i)));
      }
      op.out(call.outputType(0).dtype(), flat, to)
          .number(0)
          .run(); // relu's threshold; others have no use for it
    }
  }

  /** A function of one input by its number in a family. */
  private static void transform(KernelCall<None> call, Family family, int number) {
    Buffer x = call.input(0);
    LongPointer shape = Shapes.of(x.dtype(), Shape.of(x.size()));
    long to = output(call);
    NativeOps ops = Native.ops();
    OpaqueDataBuffer from = external(ops, x.dtype(), x.size(), NativeStorage.address(x));
    OpaqueDataBuffer into = external(ops, x.dtype(), x.size(), to);
    try {
      switch (family) {
        case STRICT ->
            ops.execTransformStrict(null, number, from, shape, null, into, shape, null, null);
        case SAME ->
            ops.execTransformSame(null, number, from, shape, null, into, shape, null, null);
        case FLOAT ->
            ops.execTransformFloat(null, number, from, shape, null, into, shape, null, null);
      }
      if (ops.lastErrorCode() != 0) {
        throw new IllegalStateException(
            "ND4J: " + call.primitive() + " failed: " + ops.lastErrorMessage());
      }
    } finally {
      ops.deleteDataBuffer(from);
      ops.deleteDataBuffer(into);
    }
  }

  private static OpaqueDataBuffer external(NativeOps ops, DType t, long size, long address) {
    return ops.dbCreateExternalDataBuffer(
        size, Types.of(t).toInt(), Memory.at(address, size * t.bytes()), null);
  }
}
