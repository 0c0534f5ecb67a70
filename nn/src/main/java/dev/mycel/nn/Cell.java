package dev.mycel.nn;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Precision;
import dev.mycel.core.Profile;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A layer or a whole network: a function with parameters and child cells.
 *
 * <p><b>Fields are the registry.</b> A field whose value is a {@code Cell}, a {@link Parameter} or
 * a {@link ParameterTuple} belongs to the cell under the field's name (or its {@link LocalName}),
 * those of superclasses first, in the order of declaration. Static and {@code transient} fields do
 * not count: a transient field merely refers to a cell that belongs elsewhere. Fields are read when
 * somebody asks, so it does not matter when they are assigned.
 *
 * <pre>{@code
 * final class Net extends Cell<Tensor, Tensor> {
 *   private final Dense fc = new Dense(100, 10);
 *   private final ReLU relu = new ReLU();
 *
 *   protected Tensor construct(Tensor x) {
 *     return relu.call(fc.call(x));
 *   }
 * }
 * }</pre>
 *
 * <p>A fresh cell is in inference mode; {@link #setTrain} changes that.
 *
 * @param <I> the input: a tensor, or a record, list or map of tensors
 * @param <O> the output: likewise
 */
public abstract class Cell<I, O> implements Function<I, O> {
  private final boolean autoPrefix;
  private final boolean customBackward = CustomBackwards.isOverriddenBy(getClass());
  private final Map<String, Object> inserted = new LinkedHashMap<>();
  private final Map<String, Object> flags = new LinkedHashMap<>();
  private @Nullable CellPrecision precision;
  private boolean training;
  private boolean requiresGrad;

  /** A cell whose children's parameters carry the child's name as prefix. */
  protected Cell() {
    this(true);
  }

  /**
   * A cell.
   *
   * @param autoPrefix false for wrappers: outside every cell with a prefix, they leave the names of
   *     what they hold as they are
   */
  protected Cell(boolean autoPrefix) {
    this.autoPrefix = autoPrefix;
  }

  // ---- calling ----------------------------------------------------------------------------------

  /** Computes the output for an input: yours to write. */
  protected abstract O construct(I input);

  /**
   * The gradient of the input, if the cell brings its own: override it and gradients no longer go
   * through {@link #construct}, whose work is not recorded then.
   *
   * @param input what construct was given
   * @param output what it returned
   * @param dout the gradient of the output, of the output's structure
   * @return the gradient of the input, of the input's structure
   */
  protected I bprop(I input, O output, O dout) {
    throw new TensorException(
        Messages.of("bprop: " + clsName() + " does not override bprop(input, output, dout)")
            .hint("its parameters must be the cell's input and output types")
            .text());
  }

  /**
   * Runs the cell: checks the input, puts the cell's precision in force, and calls {@link
   * #construct}. Whatever it set is restored when construct fails, and the error tells the path of
   * cells it came through.
   *
   * @param input neither null nor, for several inputs, holding a null
   */
  public final O call(I input) {
    O output =
        callAs(
            input,
            customBackward ? x -> Autograd.customCall(x, this::body, this::bprop) : this::body);
    CellPrecision chosen = precision;
    return chosen == null ? output : chosen.finish(output);
  }

  /** Runs this cell and those that it takes over; errors tell the path to this one. */
  final O callFused(I input, List<? extends Cell<Tensor, Tensor>> following) {
    return callAs(input, x -> scoped(x, following));
  }

  /**
   * Whether nothing but {@link #construct} happens in a call, in the precision of another cell,
   * which is as plain.
   */
  final boolean isCalledLike(Cell<?, ?> other) {
    return !customBackward
        && !other.customBackward
        && Objects.equals(precision, other.precision)
        && (precision == null || precision.output() == null);
  }

  private O callAs(I input, Function<I, O> work) {
    checkInput(input);
    if (!Profile.isOpen()) {
      return run(input, work);
    }
    try (CellPath here = CellPath.enter(this)) {
      return run(input, work);
    }
  }

  private O run(I input, Function<I, O> work) {
    CellPrecision chosen = precision;
    Precision before = chosen == null ? null : Precision.swap(chosen.compute());
    try {
      O output = work.apply(input);
      if (output == null) {
        throw new ArgumentException(clsName() + ": construct returned null");
      }
      return output;
    } catch (TensorException e) {
      FailurePath.passThrough(this, e);
      throw e;
    } finally {
      if (before != null) {
        Precision.swap(before);
      }
    }
  }

  private O body(I input) {
    if (!ownsTemporaries()) {
      return construct(input);
    }
    try (Scope scope = Scope.open()) {
      return scope.give(construct(input));
    }
  }

  @SuppressWarnings("unchecked") // what fuses takes a tensor and gives one
  private O scoped(I input, List<? extends Cell<Tensor, Tensor>> following) {
    try (Scope scope = Scope.open()) {
      return (O) scope.give(((Fusing) this).constructWith((Tensor) input, following));
    }
  }

  /** The same as {@link #call}. */
  @Override
  public final O apply(I input) {
    return call(input);
  }

  /** Refuses an input that is null or holds one. */
  void checkInput(I input) {
    checkInput(input, "the input");
  }

  /** Refuses one of the inputs if it is null. */
  void checkInput(@Nullable Object input, String which) {
    if (input == null) {
      throw new ArgumentException(clsName() + ": " + which + " is null");
    }
  }

  /**
   * Whether tensors that construct made, other than its output, end with the call. True for library
   * cells; a cell that keeps tensors in fields must leave it false.
   */
  protected boolean ownsTemporaries() {
    return false;
  }

  // ---- structure --------------------------------------------------------------------------------

  /** The simple name of the class. */
  public String clsName() {
    String name = getClass().getSimpleName();
    return name.isEmpty() ? "Cell" : name;
  }

  /** Whether parameters below this cell's children carry the child's name. */
  public final boolean autoPrefix() {
    return autoPrefix;
  }

  /** Cells and parameters by local name that were added at run time, in order. */
  final Map<String, Object> inserted() {
    return inserted;
  }

  /**
   * Adds a child under a name, for structure that is not known when the class is written.
   *
   * @param name not empty, without dots, not taken by a field or another child
   */
  public Cell<I, O> insertChildToCell(String name, Cell<?, ?> child) {
    Members.checkInsertion(this, "insertChildToCell", name, child);
    if (inserted.containsKey(name)) {
      throw Members.taken(this, "insertChildToCell", name, "another child or parameter");
    }
    inserted.put(name, child);
    return this;
  }

  /**
   * Adds a parameter under a name; one that was added under that name before is replaced.
   *
   * @param name not empty, without dots, not taken by a field or a child
   */
  public Cell<I, O> insertParamToCell(String name, Parameter parameter) {
    Members.checkInsertion(this, "insertParamToCell", name, parameter);
    if (inserted.get(name) instanceof Cell) {
      throw Members.taken(this, "insertParamToCell", name, "a child");
    }
    inserted.put(name, parameter);
    return this;
  }

  /** The direct children, each once. */
  public Collection<Cell<?, ?>> cells() {
    return nameCells().values();
  }

  /** The direct children by local name, each once. */
  public Map<String, Cell<?, ?>> nameCells() {
    Map<String, Cell<?, ?>> children = new LinkedHashMap<>();
    Set<Cell<?, ?>> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Members.Child child : Members.of(this).children()) {
      if (seen.add(child.cell())) {
        children.put(child.name(), child.cell());
      }
    }
    return Collections.unmodifiableMap(children);
  }

  /**
   * This cell as {@code ""} and all below it, depth first, each once under its first path. A
   * container without cells is left out, as MindSpore does; {@link #nameCells} has it.
   */
  public List<NamedCell> cellsAndNames() {
    List<NamedCell> cells = new ArrayList<>(Walk.cells(this));
    cells.removeIf(named -> named.cell() != this && named.cell().isEmptyContainer());
    return cells;
  }

  /** Whether this is a container that holds no cell. */
  boolean isEmptyContainer() {
    return false;
  }

  /** All parameters, each once. */
  public Stream<Parameter> getParameters() {
    return getParameters(true);
  }

  /** The parameters; without {@code recurse} only this cell's own. */
  public Stream<Parameter> getParameters(boolean recurse) {
    return Walk.parameters(this, recurse).stream().map(Walk.Found::parameter);
  }

  /** All parameters with their structural names, each once under its first path. */
  public List<NamedParameter> parametersAndNames() {
    return parametersAndNames(true);
  }

  /** The parameters with their structural names; without {@code recurse} only this cell's own. */
  public List<NamedParameter> parametersAndNames(boolean recurse) {
    List<NamedParameter> named = new ArrayList<>();
    for (Walk.Found found : Walk.parameters(this, recurse)) {
      named.add(new NamedParameter(found.path(), found.parameter()));
    }
    return named;
  }

  /** All parameters by the names that checkpoints carry, in the order of the walk. */
  public ParameterDict parametersDict() {
    return parametersDict(true);
  }

  /** The parameters by the names that checkpoints carry; without {@code recurse} only own ones. */
  public ParameterDict parametersDict(boolean recurse) {
    Map<String, Parameter> byName = new LinkedHashMap<>();
    for (Walk.Found found : Walk.parameters(this, recurse)) {
      byName.put(found.name(), found.parameter());
    }
    return new ParameterDict(byName);
  }

  /** The parameters that take part in training. */
  public List<Parameter> trainableParams() {
    return trainableParams(true);
  }

  /** The parameters that take part in training; without {@code recurse} only this cell's own. */
  public List<Parameter> trainableParams(boolean recurse) {
    return new ArrayList<>(getParameters(recurse).filter(Parameter::requiresGrad).toList());
  }

  /** The parameters that are frozen or only statistics. */
  public List<Parameter> untrainableParams() {
    return untrainableParams(true);
  }

  /** The frozen parameters; without {@code recurse} only this cell's own. */
  public List<Parameter> untrainableParams(boolean recurse) {
    return new ArrayList<>(getParameters(recurse).filter(p -> !p.requiresGrad()).toList());
  }

  /**
   * Calls the action for every cell below, children before their parents, and last for this one.
   */
  public Cell<I, O> apply(Consumer<? super Cell<?, ?>> action) {
    Walk.childrenFirst(this, action);
    return this;
  }

  /** Gives every lazily initialised parameter its values. */
  public Cell<I, O> initParametersData() {
    getParameters().forEach(Parameter::initData);
    return this;
  }

  // ---- modes ------------------------------------------------------------------------------------

  /** Training mode for this cell and all below. */
  public Cell<I, O> setTrain() {
    return setTrain(true);
  }

  /** Training mode (dropout drops, statistics move) or inference, for this cell and all below. */
  public Cell<I, O> setTrain(boolean mode) {
    for (NamedCell named : Walk.cells(this)) {
      Cell<?, ?> cell = named.cell();
      cell.training = mode;
    }
    return this;
  }

  /** Whether the cell is in training mode; a fresh one is not. */
  public final boolean training() {
    return training;
  }

  /** Marks the cell as one whose gradient is wanted. */
  public Cell<I, O> setGrad() {
    return setGrad(true);
  }

  /**
   * MindSpore's mark of cells whose gradient is wanted, of this cell only. Gradients here are asked
   * for by {@code grad} and {@code valueAndGrad}, which need no mark and run the forward once.
   */
  public Cell<I, O> setGrad(boolean mode) {
    requiresGrad = mode;
    return this;
  }

  /** What {@link #setGrad} said last. */
  public final boolean requiresGrad() {
    return requiresGrad;
  }

  /**
   * From now on this cell and all that are below it now compute in that type: operations cast their
   * floating-point inputs, parameters keep theirs. A later call overrules an earlier one, so call
   * it on the whole network first and on exceptions afterwards. Refused, before any cell changes,
   * on a network that automatic mixed precision has prepared.
   *
   * @param compute float16, bfloat16 or float32
   */
  public Cell<I, O> toFloat(DType compute) {
    CellPrecision.toFloat(this, compute);
    return this;
  }

  /** The type that was chosen for this cell to compute in, if any. */
  public final Optional<DType> computeType() {
    return precision().flatMap(chosen -> Optional.ofNullable(chosen.compute().compute()));
  }

  /** What the cell computes in and gives out, if that was chosen for it. */
  public final Optional<CellPrecision> precision() {
    return Optional.ofNullable(precision);
  }

  /**
   * Chooses what this cell alone computes in and gives out, or null to compute in its caller's
   * types. {@link #toFloat} and automatic mixed precision are the usual ways, and keep to rules
   * that this method does not check.
   */
  public final Cell<I, O> setPrecision(@Nullable CellPrecision chosen) {
    precision = chosen;
    return this;
  }

  /** Notes a property of this cell for others to read. */
  public Cell<I, O> addFlags(String name, Object value) {
    flags.put(name, value);
    return this;
  }

  /** Notes a property of this cell and all below. */
  public Cell<I, O> addFlagsRecursive(String name, Object value) {
    Walk.cells(this).forEach(named -> named.cell().addFlags(name, value));
    return this;
  }

  /** The properties that {@link #addFlags} noted. */
  public final Map<String, Object> getFlags() {
    return Collections.unmodifiableMap(flags);
  }

  // ---- printing ---------------------------------------------------------------------------------

  /** What stands between the parentheses when the cell is printed; empty by default. */
  public String extendRepr() {
    return "";
  }

  /** The tree of cells as MindSpore prints it: {@code Net(}, one line per child, {@code )}. */
  @Override
  public String toString() {
    return CellPrinter.print(this);
  }
}
