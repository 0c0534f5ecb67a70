package dev.mycel.nn;

import dev.mycel.autograd.GradientHook;
import dev.mycel.autograd.GradientHooks;
import dev.mycel.autograd.HookHandle;
import dev.mycel.autograd.HookedVariable;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.DTypeException;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Ops;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.core.Variable;
import dev.mycel.nn.init.Constant;
import dev.mycel.nn.init.Initializer;
import dev.mycel.nn.init.Initializers;
import dev.mycel.nn.init.LazyTensor;
import java.lang.ref.WeakReference;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A weight or a statistic of a cell: a variable with a name, that training changes unless it is
 * frozen.
 *
 * <p>A parameter made from an initialiser fills itself when it is first used, with the numbers that
 * were reserved for it when it was made: so the order of construction decides, not that of use.
 *
 * <p>{@link #name} is the name in the outermost tree of cells that has named it. Trees name their
 * parameters whenever somebody asks for them: {@code net.trainableParams()} does.
 */
public final class Parameter extends Variable implements HookedVariable {
  private static final int LONGEST_NAME = 1024;
  private static final AtomicLong UNNAMED = new AtomicLong();

  private final @Nullable String explicit;
  private @Nullable String given;
  private String name;
  private @Nullable WeakReference<Cell<?, ?>> namer;
  private boolean requiresGrad;
  private volatile @Nullable GradientHooks hooks;
  private boolean layerwiseParallel;
  private Shape shape;
  private final DType dtype;
  private volatile @Nullable LazyTensor pending;

  /** A trainable parameter without a name of its own. */
  public Parameter(Tensor value) {
    this(value, null);
  }

  /** A trainable parameter; the name counts where no cell prefixes it, null leaves it unnamed. */
  public Parameter(Tensor value, @Nullable String name) {
    this(value, name, true);
  }

  /** A parameter; the name counts where no cell prefixes it, null leaves it unnamed. */
  public Parameter(Tensor value, @Nullable String name, boolean requiresGrad) {
    super(value);
    this.shape = value.shape();
    this.dtype = value.dtype();
    this.requiresGrad = requiresGrad;
    this.explicit = checkedName(name);
    this.name = nameOrMarker(explicit);
  }

  /** A trainable parameter that fills itself when it is first used. */
  public Parameter(LazyTensor value, @Nullable String name) {
    this(value, name, true);
  }

  /** A parameter that fills itself when it is first used. */
  public Parameter(LazyTensor value, @Nullable String name, boolean requiresGrad) {
    this.pending = value;
    this.shape = value.shape();
    this.dtype = value.dtype();
    this.requiresGrad = requiresGrad;
    this.explicit = checkedName(name);
    this.name = nameOrMarker(explicit);
  }

  /** An int32 scalar. */
  public Parameter(int value, @Nullable String name) {
    this(Ops.scalar(value, DType.INT32), name);
  }

  /** A float32 scalar. */
  public Parameter(double value, @Nullable String name) {
    this(Ops.scalar(value, DType.FLOAT32), name);
  }

  // ---- names ------------------------------------------------------------------------------------

  /**
   * The name in the outermost tree of cells that has named it; before, the one it was made with.
   */
  public String name() {
    return name;
  }

  /**
   * Calls the parameter so from now on, in every tree and whatever holds it. A blank name gives the
   * naming back to the trees.
   *
   * @param name at most 1024 characters; spaces around it do not count
   */
  public Parameter setName(String name) {
    given = checkedName(name);
    this.name = nameOrMarker(given != null ? given : explicit);
    namer = null;
    return this;
  }

  /** The name that {@link #setName} gave, if any. */
  Optional<String> givenName() {
    return Optional.ofNullable(given);
  }

  /** The name that the parameter was made with or given, if any. */
  public Optional<String> explicitName() {
    return given != null ? Optional.of(given) : Optional.ofNullable(explicit);
  }

  /** The root of the tree that named it last, as long as that is reachable. */
  @Nullable Cell<?, ?> namer() {
    WeakReference<Cell<?, ?>> last = namer;
    return last == null ? null : last.get();
  }

  void nameBy(Cell<?, ?> root, String given) {
    namer = new WeakReference<>(root);
    name = given;
  }

  private static @Nullable String checkedName(@Nullable String name) {
    if (name == null || name.isBlank()) {
      return null;
    }
    if (name.length() > LONGEST_NAME) {
      throw new ArgumentException(
          "parameter: a name has at most " + LONGEST_NAME + " characters, got " + name.length());
    }
    return name.strip();
  }

  private static String nameOrMarker(@Nullable String name) {
    return name != null ? name : "Parameter#" + UNNAMED.getAndIncrement();
  }

  // ---- properties -------------------------------------------------------------------------------

  /** Extents; asking does not fill the parameter. */
  public Shape shape() {
    return shape;
  }

  /** Element type; asking does not fill the parameter. */
  public DType dtype() {
    return dtype;
  }

  /** Whether training changes the parameter. */
  public boolean requiresGrad() {
    return requiresGrad;
  }

  @Override
  public boolean isDifferentiable() {
    return requiresGrad;
  }

  /**
   * Freezes (false) or frees the parameter. Gradients flow past a frozen one to what came before;
   * asked for itself, its gradient is zero.
   */
  public Parameter setRequiresGrad(boolean mode) {
    requiresGrad = mode;
    return this;
  }

  /**
   * Lets a hook see the gradient that is taken with respect to this parameter, or replace it: once
   * per gradient, when all uses have given their part, in the order of registration. Hooks belong
   * to this parameter and not to its copies.
   */
  public synchronized HookHandle registerHook(GradientHook hook) {
    GradientHooks own = hooks;
    if (own == null) {
      own = new GradientHooks(this);
      hooks = own;
    }
    return own.add(hook);
  }

  @Override
  public @Nullable GradientHooks gradientHooks() {
    return hooks;
  }

  /** Whether machines have parts of their own of it; see {@link #setLayerwiseParallel}. */
  public boolean layerwiseParallel() {
    return layerwiseParallel;
  }

  /**
   * Marks the parameter as one that is not the same on all machines: {@link
   * Cell#parametersBroadcastDict} leaves it out. On one machine nothing else depends on it.
   */
  public Parameter setLayerwiseParallel(boolean mode) {
    layerwiseParallel = mode;
    return this;
  }

  // ---- values -----------------------------------------------------------------------------------

  /** Whether the values are there already. */
  public boolean isInitialized() {
    return pending == null;
  }

  /** Fills the parameter now, if it is not filled yet. */
  public Parameter initData() {
    ensureInitialized();
    return this;
  }

  @Override
  protected void ensureInitialized() {
    if (pending != null) {
      fill();
    }
  }

  @SuppressWarnings("try") // the scope only ends what is made on the way
  private synchronized void fill() {
    LazyTensor waiting = pending;
    if (waiting != null) {
      try (Scope scope = Scope.open()) {
        Interpreters.root().write(this, waiting.make());
      }
      pending = null;
    }
  }

  /** Replaces the value by one of the same shape and dtype. */
  @Override
  public void assign(Tensor value) {
    if (pending != null && (!shape.equals(value.shape()) || dtype != value.dtype())) {
      ensureInitialized(); // so that the refusal below can describe both
    }
    super.assign(value);
    pending = null;
  }

  /** Replaces the value; see {@link #setData(Tensor, boolean)}. */
  public Parameter setData(Tensor data) {
    return setData(data, false);
  }

  /**
   * Replaces the value and keeps the dtype: any float takes any float, integer or bool, an integer
   * takes a bool or an integer that is not wider, bool takes bool.
   *
   * <p>Inside a cell's {@code construct} it is refused, where {@link #assign} is the way: what runs
   * there can be differentiated and traced, and must not change shapes or types.
   *
   * @param sliceShape whether another shape is taken over too
   */
  @SuppressWarnings("try") // the scope only ends what is made on the way
  public Parameter setData(Tensor data, boolean sliceShape) {
    if (Constructing.isOpen()) {
      throw new ArgumentException(
          Messages.of("setData: it cannot be used inside construct")
              .line("parameter", this)
              .hint("assign(value) writes there; it keeps shape and dtype")
              .text());
    }
    if (!Values.fit(dtype, data.dtype())) {
      throw new DTypeException(
          Messages.of("setData: the data does not fit the parameter's dtype")
              .line("parameter", this)
              .line("data     ", data.type())
              .hint("cast the data yourself: data.cast(DType." + dtype.name() + ")")
              .text());
    }
    boolean same = shape.equals(data.shape());
    if (!same && !sliceShape) {
      throw new ShapeException(
          Messages.of("setData: the data has another shape")
              .line("parameter", this)
              .line("data     ", data.type())
              .hint("setData(data, true) takes the new shape over")
              .text());
    }
    try (Scope scope = Scope.open()) {
      Tensor cast = data.cast(dtype);
      Interpreters.top().write(this, cast);
    }
    shape = data.shape();
    pending = null;
    return this;
  }

  /** Replaces the value by what the initialiser makes. */
  public Parameter setData(LazyTensor data) {
    return setData(data.initData());
  }

  /** Replaces the value of a float scalar. */
  public Parameter setData(double value) {
    return setData(Ops.scalar(value, dtype == DType.FLOAT64 ? dtype : DType.FLOAT32));
  }

  /** Replaces the value of a scalar. */
  public Parameter setData(int value) {
    return setData(Ops.scalar(value, dtype.isInteger() ? dtype : DType.INT32));
  }

  // ---- copies -----------------------------------------------------------------------------------

  /** A parameter of its own with the same value, name and flags. */
  public Parameter copy() {
    LazyTensor waiting = pending;
    String own = explicitName().orElse(null);
    return named(
        waiting != null
            ? new Parameter(waiting, own, requiresGrad)
            : new Parameter(value(), own, requiresGrad));
  }

  /** A copy that is called as this one in every tree, for copies of whole cells. */
  Parameter duplicate() {
    LazyTensor waiting = pending;
    Parameter twin =
        waiting != null
            ? new Parameter(waiting, explicit, requiresGrad)
            : new Parameter(value(), explicit, requiresGrad);
    twin.given = given;
    return named(twin);
  }

  private Parameter named(Parameter twin) {
    twin.name = name;
    twin.layerwiseParallel = layerwiseParallel;
    return twin;
  }

  /** A parameter of the same shape, dtype, name and flags with values of that initialiser. */
  public Parameter clone(Initializer init) {
    return cloneAs(explicitName().orElse(null), init);
  }

  private Parameter cloneAs(@Nullable String own, Initializer init) {
    LazyTensor plan = Initializers.initializer(init, shape, dtype);
    return named(new Parameter(plan, own, requiresGrad));
  }

  /** The same with an initialiser's alias; {@code "same"} copies the values. */
  public Parameter clone(String init) {
    return init.equals("same") ? copy() : clone(Initializers.of(init));
  }

  /** The same with one number everywhere. */
  public Parameter clone(double value) {
    return clone(new Constant(value));
  }

  /** The same with the values of a tensor, of this parameter's shape. */
  public Parameter clone(Tensor values) {
    Parameter twin = copy();
    twin.setData(values);
    return twin;
  }

  /** A clone of another name that stands where no cell prefixes it. */
  Parameter cloneNamed(String own, String init) {
    Parameter twin =
        init.equals("same")
            ? new Parameter(value(), own, requiresGrad)
            : cloneAs(own, Initializers.of(init));
    named(twin).name = own;
    return twin;
  }

  @Override
  protected String describe() {
    return toString();
  }

  /** {@code Parameter (name=net.weight, shape=(240, 120, 4, 4), dtype=Float32, ...)}. */
  @Override
  public String toString() {
    return "Parameter (name="
        + name
        + ", shape="
        + shape
        + ", dtype="
        + dtype.displayName()
        + ", requires_grad="
        + (requiresGrad ? "True" : "False")
        + ")";
  }
}
