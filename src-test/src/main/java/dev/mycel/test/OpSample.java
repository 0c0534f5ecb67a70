package dev.mycel.test;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Primitive;
import dev.mycel.core.Shape;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One row of the conformance kit: a primitive with attributes, how its inputs are drawn, and what
 * must hold. From a row follow the checks of {@link BackendTck} and {@link GradCheck}.
 *
 * @param <A> record type of the primitive's attributes
 */
public final class OpSample<A> {
  private static final DType[] FLOATS = {
    DType.FLOAT16, DType.BFLOAT16, DType.FLOAT32, DType.FLOAT64
  };

  /** The right results as numbers, computed from the inputs as numbers; everything is row-major. */
  @FunctionalInterface
  public interface Oracle {
    /** The numbers of each result. */
    double[][] results(double[][] inputs, Shape[] shapes);
  }

  /**
   * Inputs that a primitive must refuse.
   *
   * @param what what is wrong with them, for the test's name
   * @param inputs the inputs, of float32 unless a draw fixes its type
   * @param error the class of the exception
   */
  public record Refusal(String what, List<Draw> inputs, Class<? extends RuntimeException> error) {}

  private final Primitive<A> primitive;
  private final Function<DType, A> attrs;
  private final List<Draw> inputs;
  private final String note;
  private final DType[] dtypes;
  private final int gradOrder;
  private final double tolerance;
  private final boolean jumps;
  private final @Nullable Oracle oracle;
  private final double @Nullable [][] pinned;
  private final List<Refusal> refusals;

  private OpSample(Row<A> row) {
    this.primitive = row.primitive;
    this.attrs = row.attrs;
    this.inputs = row.inputs;
    this.note = row.note;
    this.dtypes = row.dtypes;
    this.gradOrder = row.gradOrder;
    this.tolerance = row.tolerance;
    this.jumps = row.jumps;
    this.oracle = row.oracle;
    this.pinned = row.pinned;
    this.refusals = List.copyOf(row.refusals);
  }

  /** Begins a row of the four floating-point types whose gradients are checked to order two. */
  public static <A> Row<A> of(Primitive<A> primitive, A attrs, Draw... inputs) {
    return new Row<>(primitive, t -> attrs, List.of(inputs));
  }

  /** Begins a row whose attributes depend on the element type of the sweep. */
  public static <A> Row<A> byType(
      Primitive<A> primitive, Function<DType, A> attrs, Draw... inputs) {
    return new Row<>(primitive, attrs, List.of(inputs));
  }

  /** What the row is about. */
  public Primitive<A> primitive() {
    return primitive;
  }

  /** The attributes when the sweep is at that element type. */
  public A attrs(DType sample) {
    return attrs.apply(sample);
  }

  /** How the inputs are drawn. */
  public List<Draw> inputs() {
    return inputs;
  }

  /** The element types of the sweep. */
  public List<DType> dtypes() {
    return List.of(dtypes);
  }

  /** To which order gradients are checked; 0 for primitives without gradient. */
  public int gradOrder() {
    return gradOrder;
  }

  /** By how much the usual tolerance of an element type is multiplied. */
  public double tolerance() {
    return tolerance;
  }

  /** Whether a result may jump when an input is rounded, so that computing wider proves nothing. */
  public boolean jumps() {
    return jumps;
  }

  /** The right results, where the row knows them. */
  public @Nullable Oracle oracle() {
    return oracle;
  }

  /**
   * The gradients that must come out at exactly these inputs for an output gradient of ones, or
   * null.
   */
  public double @Nullable [][] pinned() {
    return pinned;
  }

  /** Inputs that must be refused. */
  public List<Refusal> refusals() {
    return refusals;
  }

  /**
   * Whether the kit may put other shapes (scalars, empty tensors) in the place of the drawn ones.
   */
  public boolean isElementwise() {
    return primitive.isElementwise() && !inputs.isEmpty();
  }

  /**
   * Whether the kit runs the row, in its first element type, with an input (or, without inputs, for
   * a result) of such a shape: its own or one that the kit puts in its place.
   */
  public boolean hasCase(Predicate<Shape> such) {
    DType dtype = dtypes[0];
    if (RowCases.takesAnyShape(this)) {
      return such.test(Shape.scalar()) || such.test(Shape.of(0, 3));
    }
    List<Shape[]> all = new ArrayList<>(Empties.of(this, dtype));
    all.add(inputs.isEmpty() ? resultShapes(dtype) : RowCases.shapes(this));
    return all.stream().anyMatch(shapes -> Arrays.stream(shapes).anyMatch(such));
  }

  private Shape[] resultShapes(DType dtype) {
    return Arrays.stream(primitive.infer(attrs(dtype), new TensorType[0]))
        .map(TensorType::shape)
        .toArray(Shape[]::new);
  }

  /** Runs the primitive under the thread's top interpreter. */
  public Tensor[] run(DType sample, Tensor... in) {
    return Interpreters.bindAll(primitive, attrs(sample), in);
  }

  /** Draws the numbers of all inputs. */
  public double[][] draw(long seed, DType sample) {
    SplittableRandom random = new SplittableRandom(seed);
    return inputs.stream().map(d -> d.numbers(random, sample)).toArray(double[][]::new);
  }

  /** The primitive's name and the row's note. */
  public String name() {
    return note.isEmpty() ? primitive.name() : primitive.name() + " (" + note + ")";
  }

  @Override
  public String toString() {
    return name();
  }

  /** A row under construction. */
  public static final class Row<A> {
    private final Primitive<A> primitive;
    private final Function<DType, A> attrs;
    private final List<Draw> inputs;
    private String note = "";
    private DType[] dtypes = FLOATS;
    private int gradOrder = 2;
    private double tolerance = 1;
    private boolean jumps;
    private @Nullable Oracle oracle;
    private double @Nullable [][] pinned;
    private final List<Refusal> refusals = new ArrayList<>();

    private Row(Primitive<A> primitive, Function<DType, A> attrs, List<Draw> inputs) {
      this.primitive = primitive;
      this.attrs = attrs;
      this.inputs = inputs;
    }

    /** What distinguishes the row from others of its primitive. */
    public Row<A> note(String text) {
      note = text;
      return this;
    }

    /** The element types of the sweep. */
    public Row<A> dtypes(DType... types) {
      dtypes = types.clone();
      return this;
    }

    /** Sweeps the five integer types and the floats. */
    public Row<A> numbers() {
      return dtypes(
          DType.UINT8,
          DType.INT8,
          DType.INT16,
          DType.INT32,
          DType.INT64,
          DType.FLOAT16,
          DType.BFLOAT16,
          DType.FLOAT32,
          DType.FLOAT64);
    }

    /** Sweeps the five integer types. */
    public Row<A> integers() {
      return dtypes(DType.UINT8, DType.INT8, DType.INT16, DType.INT32, DType.INT64);
    }

    /** Sweeps bool and the five integer types. */
    public Row<A> bits() {
      return dtypes(DType.BOOL, DType.UINT8, DType.INT8, DType.INT16, DType.INT32, DType.INT64);
    }

    /** Sweeps all ten types. */
    public Row<A> all() {
      return dtypes(DType.values());
    }

    /** No gradient. */
    public Row<A> flat() {
      gradOrder = 0;
      return this;
    }

    /** Checks gradients to that order. */
    public Row<A> gradOrder(int order) {
      gradOrder = order;
      return this;
    }

    /** Multiplies the tolerance, for results that cancel or accumulate. */
    public Row<A> loose(double factor) {
      tolerance = factor;
      return this;
    }

    /** States that rounding an input may make a result jump. */
    public Row<A> jumps() {
      jumps = true;
      return this;
    }

    /** The right results of floats. */
    public Row<A> oracle(Oracle right) {
      oracle = right;
      return this;
    }

    /** The right results of a function of one number. */
    public Row<A> unary(DoubleUnaryOperator f) {
      return oracle((in, shapes) -> new double[][] {Arrays.stream(in[0]).map(f).toArray()});
    }

    /** The right results of a function of two numbers. */
    public Row<A> binary(DoubleBinaryOperator f) {
      return oracle(
          (in, shapes) -> {
            double[] out = new double[in[0].length];
            Arrays.setAll(out, i -> f.applyAsDouble(in[0][i], in[1][i]));
            return new double[][] {out};
          });
    }

    /**
     * The gradients of the varied inputs at exactly these inputs, for output gradients of ones; no
     * differences are taken.
     */
    public Row<A> pinned(double[]... gradients) {
      pinned = gradients;
      gradOrder = 1;
      return this;
    }

    /** Inputs that must be refused. */
    public Row<A> refuses(String what, Class<? extends RuntimeException> error, Draw... refused) {
      refusals.add(new Refusal(what, List.of(refused), error));
      return this;
    }

    /** The finished row. */
    public OpSample<A> row() {
      return new OpSample<>(this);
    }
  }
}
