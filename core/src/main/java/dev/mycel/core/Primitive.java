package dev.mycel.core;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * An operation as data: a name, a rule for the types of its results, and, where it has them, a rule
 * for views and a decomposition. Gradients and kernels are rows of tables that other modules own.
 *
 * <p>A primitive with a decomposition is a <i>composite</i>: an interpreter that has no row for it
 * runs the decomposition instead, and a backend may claim it with a fused kernel. Inputs of one
 * primitive never need broadcasting and, where the rule asks for equal element types, never need
 * casting: {@link Ops} has bound those steps as primitives of their own.
 *
 * @param <A> record type of the attributes
 */
public final class Primitive<A> {
  private static final List<Primitive<?>> ALL = new ArrayList<>();
  private static final ConcurrentMap<String, Primitive<?>> BY_NAME = new ConcurrentHashMap<>();

  /**
   * Types of the results from attributes and the types of the inputs; throws when they do not fit.
   */
  @FunctionalInterface
  public interface TypeRule<A> {
    /** The types of all results, or an exception with the whole message. */
    TensorType[] infer(A attrs, TensorType[] inputs);
  }

  /** Layout of a view of the first input, or null when only a copy can give the result. */
  @FunctionalInterface
  public interface LayoutRule<A> {
    /** The layout of the result over the storage of the first input, or null. */
    @Nullable Layout view(A attrs, Layout input, Shape result);
  }

  /** The operation in terms of others, written in public operations. */
  @FunctionalInterface
  public interface Decomposition<A> {
    /** The results, one per type that the rule infers. */
    Tensor[] expand(A attrs, Tensor[] inputs);
  }

  /** How mixed precision treats the floating-point inputs of an operation. */
  public enum PrecisionClass {
    /** Heavy arithmetic that gains from a low type: contractions and convolutions. */
    COMPUTE,
    /** Needs float32: exponentials, logarithms, sums, norms, losses. */
    SENSITIVE,
    /** Takes what it gets. */
    FOLLOW
  }

  private final int id;
  private final String name;
  private final TypeRule<A> rule;
  private @Nullable LayoutRule<A> layoutRule;
  private @Nullable Decomposition<A> decomposition;
  private PrecisionClass precision = PrecisionClass.FOLLOW;
  private boolean elementwise;
  private String doc = "";

  private Primitive(String name, TypeRule<A> rule) {
    this.name = name;
    this.rule = rule;
    if (BY_NAME.putIfAbsent(name, this) != null) {
      throw new IllegalStateException("two primitives are named '" + name + "'");
    }
    synchronized (ALL) {
      this.id = ALL.size();
      ALL.add(this);
    }
  }

  /** Declares a primitive; the name must be new in the process. */
  public static <A> Primitive<A> of(String name, TypeRule<A> rule) {
    return new Primitive<>(name, rule);
  }

  /** All primitives declared so far, in order of their {@link #id}. */
  public static List<Primitive<?>> all() {
    synchronized (ALL) {
      return List.copyOf(ALL);
    }
  }

  /** The primitive of that name, or null. */
  public static @Nullable Primitive<?> named(String name) {
    return BY_NAME.get(name);
  }

  /** States that results can be views of the first input; only while declaring. */
  public Primitive<A> view(LayoutRule<A> layout) {
    this.layoutRule = layout;
    return this;
  }

  /** States how the primitive is made of others; only while declaring. */
  public Primitive<A> decomposed(Decomposition<A> expansion) {
    this.decomposition = expansion;
    return this;
  }

  /** States how mixed precision treats it; only while declaring. */
  public Primitive<A> precision(PrecisionClass kind) {
    this.precision = kind;
    return this;
  }

  /**
   * States that element i of the result depends on element i of the inputs alone; only while
   * declaring.
   */
  public Primitive<A> elementwise() {
    this.elementwise = true;
    return this;
  }

  /** One sentence on what it computes; only while declaring. */
  public Primitive<A> doc(String sentence) {
    this.doc = sentence;
    return this;
  }

  /** Number of the primitive in this process, for tables; not stable between runs. */
  public int id() {
    return id;
  }

  /** Its name, unique in the process. */
  public String name() {
    return name;
  }

  /** What it computes, in one sentence. */
  public String doc() {
    return doc;
  }

  /** How mixed precision treats it. */
  public PrecisionClass precision() {
    return precision;
  }

  /** Whether element i of the result depends on element i of the inputs alone. */
  public boolean isElementwise() {
    return elementwise;
  }

  /** Whether it carries a decomposition. */
  public boolean isComposite() {
    return decomposition != null;
  }

  /** Whether it can give views. */
  public boolean isView() {
    return layoutRule != null;
  }

  /** The types of the results. */
  public TensorType[] infer(A attrs, TensorType[] inputs) {
    return rule.infer(attrs, inputs);
  }

  /** The layout of a view, or null when it is no view primitive or a copy is needed. */
  public @Nullable Layout viewLayout(A attrs, Layout input, Shape result) {
    LayoutRule<A> known = layoutRule;
    return known == null ? null : known.view(attrs, input, result);
  }

  /**
   * Runs the decomposition; the primitive must be a composite. The types have been settled: no
   * precision is in force inside.
   */
  public Tensor[] expand(A attrs, Tensor[] inputs) {
    Decomposition<A> known = decomposition;
    if (known == null) {
      throw new MissingRuleException(name + ": it has no decomposition");
    }
    Precision before = Precision.swap(Precision.NONE);
    try {
      return known.expand(attrs, inputs);
    } finally {
      Precision.swap(before);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
