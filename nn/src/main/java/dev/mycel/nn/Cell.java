package dev.mycel.nn;

import dev.mycel.autograd.Autograd;
import dev.mycel.autograd.HookHandle;
import dev.mycel.core.ArgumentException;
import dev.mycel.core.DType;
import dev.mycel.core.Messages;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.Tree;
import dev.mycel.core.Variable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
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
 * <p><b>Fields are the registry.</b> A field whose value is a {@code Cell}, a {@link Parameter}, a
 * {@link ParameterTuple} or a {@link Buffer} belongs to the cell under the field's name (or its
 * {@link LocalName}), those of superclasses first, in the order of declaration, whatever their
 * access. Static and {@code transient} fields do not count: a transient field merely refers to a
 * cell that belongs elsewhere. Fields are read when somebody asks, so it does not matter when they
 * are assigned. Cells in plain lists, maps, arrays, optionals and records are refused; containers
 * hold them.
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
 * <p>The class is long because all of MindSpore's {@code Cell} is one surface; methods are a few
 * lines each, and the work is in classes of their own: members, walks, names, copies, printing.
 *
 * @param <I> the input: a tensor, or a record, list or map of tensors
 * @param <O> the output: likewise
 */
public abstract class Cell<I, O> implements Function<I, O>, Cloneable {
  private final boolean autoPrefix;
  private final boolean customBackward = CustomBackwards.isOverriddenBy(getClass());
  private Map<String, Object> inserted = new LinkedHashMap<>();
  private Set<String> withoutPrefix = new HashSet<>();
  private Map<String, Object> flags = new LinkedHashMap<>();
  private Hooks<I, O> hooks = new Hooks<>(this);
  private @Nullable CellPrecision precision;
  private boolean namedByPaths;
  private boolean recomputed;
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

  /**
   * A cell with flags.
   *
   * @param flags noted as by {@link #addFlags}
   */
  protected Cell(boolean autoPrefix, Map<String, ?> flags) {
    this(autoPrefix);
    this.flags.putAll(flags);
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
   * The gradients of parameters, if a cell that overrides {@link #bprop} has any for the parameters
   * that it holds: without this method they get none, and are zeros where they are asked for.
   *
   * @param input what construct was given
   * @param output what it returned
   * @param dout the gradient of the output, of the output's structure
   * @return by parameter of this cell or of one below it, in any order
   */
  protected Map<Parameter, Tensor> bpropParameters(I input, O output, O dout) {
    return Map.of();
  }

  /**
   * Runs the cell: checks the input, puts the cell's precision in force, and calls {@link
   * #construct} between the cell's hooks. Whatever it set is restored when construct fails, and the
   * error tells the path of cells it came through.
   *
   * @param input neither null nor, for several inputs, holding a null
   */
  public final O call(I input) {
    return Calls.as(this, input, isPlain() ? this::body : x -> Calls.withHooks(this, hooks, x));
  }

  /** Whether nothing but {@link #construct} happens in a call. */
  private boolean isPlain() {
    return !customBackward && !recomputed && hooks.isEmpty();
  }

  /** Runs construct with the backward pass that the cell brings. */
  final O withOwnBackward(I input) {
    List<Parameter> covered =
        CustomBackwards.coverParameters(getClass()) ? getParameters().toList() : List.of();
    return Autograd.customCall(
        clsName(), input, this::body, this::bprop, covered, this::bpropParameters);
  }

  /** Runs this cell and those that it takes over; errors tell the path to this one. */
  final O callFused(I input, List<? extends Cell<Tensor, Tensor>> following) {
    return Calls.as(this, input, x -> scoped(x, following));
  }

  /**
   * Whether nothing but {@link #construct} happens in a call, in the precision of another cell,
   * which is as plain.
   */
  final boolean isCalledLike(Cell<?, ?> other) {
    return isPlain()
        && other.isPlain()
        && Objects.equals(precision, other.precision)
        && (precision == null || precision.output() == null);
  }

  /** Whether the cell brings its own backward pass. */
  final boolean hasCustomBackward() {
    return customBackward;
  }

  /** What was chosen for this cell to compute in, or null. */
  final @Nullable CellPrecision chosenPrecision() {
    return precision;
  }

  /** Runs construct; what it made on the way ends if the cell owns it. */
  final O body(I input) {
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

  /**
   * Casts every tensor in an input, whatever its type, for cells that mind their precision
   * themselves; {@link #toFloat} casts what is floating-point, and is the usual way.
   */
  protected static <T> T castInputs(T inputs, DType type) {
    return Tree.map(inputs, t -> t.cast(type));
  }

  // ---- hooks ------------------------------------------------------------------------------------

  /**
   * Lets a hook see and replace the input of every call. Hooks of a kind run in the order of
   * registration, in the cell's precision; all of them run wherever the cell is called from.
   */
  public final HookHandle registerForwardPreHook(ForwardPreHook<I, O> hook) {
    return hooks.addForwardPre(hook);
  }

  /** Lets a hook see input and output of every call, and replace the output. */
  public final HookHandle registerForwardHook(ForwardHook<I, O> hook) {
    return hooks.addForward(hook);
  }

  /** Lets a hook see and replace the gradients that arrive at the output of calls. */
  public final HookHandle registerBackwardPreHook(BackwardPreHook<I, O> hook) {
    return hooks.addBackwardPre(hook);
  }

  /**
   * Lets a hook see the gradients of output and input of calls, and replace the latter. For it the
   * gradient of the input is computed even where nothing else asks for it.
   */
  public final HookHandle registerBackwardHook(BackwardHook<I, O> hook) {
    return hooks.addBackward(hook);
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

  /** Cells, parameters and buffers by local name that were added at run time, in order. */
  final Map<String, Object> inserted() {
    return inserted;
  }

  /** Whether a child was added by {@link #insertChildToCell}, which renames nothing. */
  final boolean isInsertedWithoutPrefix(String name) {
    return withoutPrefix.contains(name);
  }

  /**
   * Adds a child under a name, as MindSpore's {@code insert_child_to_cell} does: it does not rename
   * the child's parameters. So {@code weight} of an inserted {@code conv3} is still called {@code
   * weight}, unless this cell becomes part of another one or two names clash. {@link #setChild} is
   * what a field would be.
   *
   * @param name not empty, without dots, not taken by a field or another child
   */
  public Cell<I, O> insertChildToCell(String name, Cell<?, ?> child) {
    Members.checkInsertion(this, "insertChildToCell", name, child);
    if (inserted.containsKey(name)) {
      throw Members.taken(this, "insertChildToCell", name, "another member");
    }
    inserted.put(name, child);
    withoutPrefix.add(name);
    return this;
  }

  /**
   * Adds a child under a name, or replaces it, just as if a field of that name held it: for
   * structure that is not known when the class is written. It is Python's {@code setattr(self,
   * name, child)}.
   *
   * @param name not empty, without dots, not taken by a field or a parameter
   */
  public Cell<I, O> setChild(String name, Cell<?, ?> child) {
    Members.checkInsertion(this, "setChild", name, child);
    Object before = inserted.get(name);
    if (before != null && !(before instanceof Cell)) {
      String by = before instanceof Parameter ? "a parameter" : "a buffer";
      throw Members.taken(this, "setChild", name, by);
    }
    inserted.put(name, child);
    withoutPrefix.remove(name);
    return this;
  }

  /**
   * Adds a parameter under a name; one that was added under that name before is replaced. A
   * parameter without a name of its own takes this one.
   *
   * @param name not empty, without dots, not taken by a field or a child
   */
  public Cell<I, O> insertParamToCell(String name, Parameter parameter) {
    return insertParamToCell(name, parameter, true);
  }

  /**
   * Adds a parameter under a name; one that was added under that name before is replaced.
   *
   * @param name not empty, not taken by a field or a child
   * @param checkNameContainDot whether a name with dots is refused
   */
  public Cell<I, O> insertParamToCell(
      String name, Parameter parameter, boolean checkNameContainDot) {
    Members.checkInsertion(this, "insertParamToCell", name, parameter, !checkNameContainDot);
    Object before = inserted.get(name);
    if (before != null && !(before instanceof Parameter)) {
      String by = before instanceof Cell ? "a child" : "a buffer";
      throw Members.taken(this, "insertParamToCell", name, by);
    }
    inserted.put(name, parameter);
    return this;
  }

  /** Adds a buffer that checkpoints contain; see the other form. */
  public final Buffer registerBuffer(String name, Tensor value) {
    return registerBuffer(name, value, true);
  }

  /**
   * Adds state that is no parameter under a name; a buffer that was added under that name before is
   * replaced. A field of type {@link Buffer} does the same without a call, and may also hold the
   * result of this one.
   *
   * @param name not empty, without dots, not taken by another field, a child or a parameter
   * @param persistent whether checkpoints and {@link #stateDict} contain it
   * @return the buffer, through which {@link #construct} reads and replaces the value
   */
  public final Buffer registerBuffer(String name, Tensor value, boolean persistent) {
    Buffer buffer = new Buffer(value, persistent);
    Members.checkInsertion(this, "registerBuffer", name, buffer);
    Object before = inserted.get(name);
    if (before != null && !(before instanceof Buffer)) {
      String by = before instanceof Cell ? "a child" : "a parameter";
      throw Members.taken(this, "registerBuffer", name, by);
    }
    inserted.put(name, buffer);
    return buffer;
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

  /** The same with a prefix before each name: this cell goes by the prefix alone. */
  public List<NamedCell> cellsAndNames(String namePrefix) {
    List<NamedCell> cells = cellsAndNames();
    cells.replaceAll(named -> new NamedCell(Names.join(namePrefix, named.name()), named.cell()));
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

  /** The parameters with a prefix before each structural name, as {@code prefix.fc.weight}. */
  public List<NamedParameter> parametersAndNames(String namePrefix, boolean recurse) {
    List<NamedParameter> all = parametersAndNames(recurse);
    all.replaceAll(n -> new NamedParameter(Names.join(namePrefix, n.name()), n.parameter()));
    return all;
  }

  /** All buffers, persistent or not, each once. */
  public Stream<Buffer> buffers() {
    return buffers(true);
  }

  /** The buffers; without {@code recurse} only this cell's own. */
  public Stream<Buffer> buffers(boolean recurse) {
    return Walk.buffers(this, recurse).stream().map(NamedBuffer::buffer);
  }

  /** All buffers with their paths, each once under its first one. */
  public List<NamedBuffer> namedBuffers() {
    return namedBuffers("", true);
  }

  /** The buffers with a prefix before each path; without {@code recurse} only this cell's own. */
  public List<NamedBuffer> namedBuffers(String namePrefix, boolean recurse) {
    List<NamedBuffer> all = Walk.buffers(this, recurse);
    all.replaceAll(n -> new NamedBuffer(Names.join(namePrefix, n.name()), n.buffer()));
    return all;
  }

  /**
   * The cell at a path such as {@code layer1.0}; the empty path is this cell's.
   *
   * @throws ArgumentException with the names that there are
   */
  public Cell<?, ?> getSubCell(String path) {
    return Lookup.cell(this, path);
  }

  /**
   * The parameter at a path such as {@code layer1.0.weight}.
   *
   * @throws ArgumentException with the names that there are
   */
  public Parameter getParameter(String path) {
    return Lookup.parameter(this, path);
  }

  /**
   * The buffer at a path such as {@code layer1.0.mask}.
   *
   * @throws ArgumentException with the names that there are
   */
  public Buffer getBuffer(String path) {
    return Lookup.buffer(this, path);
  }

  // ---- state ------------------------------------------------------------------------------------

  /**
   * The values of all parameters and persistent buffers by path, and the extra states: of each cell
   * before its children. What stands in several places is there under each path.
   *
   * <p>The tensors are snapshots, which later steps do not change, and end with the caller's {@link
   * Scope} as all others do. As long as one lives, the next update of its variable takes other
   * memory.
   */
  public Map<String, Tensor> stateDict() {
    return CellState.take(this);
  }

  /** Loads a state all of whose names must have a counterpart; see the other form. */
  public IncompatibleKeys loadStateDict(Map<String, ?> state) {
    return loadStateDict(state, true);
  }

  /**
   * Writes the values of a state into parameters, buffers and extra states of the same paths, cast
   * as by {@link Parameter#setData(Tensor)}. All of it is checked first: a state that is refused
   * changes nothing. What stands in several places needs one of its paths.
   *
   * @param state by path: tensors, parameters or buffers
   * @param strict whether names without a counterpart are refused; shapes and types always are
   * @return the names without a counterpart
   * @throws ArgumentException that lists all that does not fit
   */
  public IncompatibleKeys loadStateDict(Map<String, ?> state, boolean strict) {
    return CellState.load(this, state, strict);
  }

  /**
   * What {@link #stateDict} shall contain of this cell besides parameters and buffers, under {@code
   * _extra_state}: override it together with {@link #setExtraState}. It must be there always or
   * never. It is a tensor, so that every format of files can hold it.
   */
  protected Optional<Tensor> getExtraState() {
    return Optional.empty();
  }

  /**
   * Takes over what {@link #getExtraState} gave. The tensor may end after the call: {@link
   * Scope#keep} it, or read it.
   *
   * @throws RuntimeException if it does not fit; {@link #loadStateDict} puts back all that it had
   *     changed then
   */
  protected void setExtraState(Tensor state) {
    throw new TensorException(
        Messages.of("setExtraState: " + clsName() + " overrides getExtraState only")
            .hint("override both")
            .text());
  }

  /**
   * All that a checkpoint of this cell contains: parameters and persistent buffers by the names
   * that checkpoints carry, of each cell before its children. Buffers are named as parameters
   * without names of their own are. Names that clash are resolved first.
   */
  public Map<String, Variable> variablesDict() {
    return Walk.variables(this);
  }

  /**
   * All parameters by the names that checkpoints carry, in the order of the walk. Names that clash
   * are resolved first, as {@link #checkNamesAndRefreshName} does.
   */
  public ParameterDict parametersDict() {
    return parametersDict(true);
  }

  /** The parameters by the names that checkpoints carry; without {@code recurse} only own ones. */
  public ParameterDict parametersDict(boolean recurse) {
    Map<String, Parameter> byName = new LinkedHashMap<>();
    for (Walk.Found found : Walk.uniquelyNamed(this, recurse)) {
      byName.put(found.name(), found.parameter());
    }
    return new ParameterDict(byName);
  }

  /** The parameters that every machine has alike: all but those marked layerwise parallel. */
  public ParameterDict parametersBroadcastDict() {
    return parametersBroadcastDict(true);
  }

  /** The same; without {@code recurse} only this cell's own parameters. */
  public ParameterDict parametersBroadcastDict(boolean recurse) {
    Map<String, Parameter> byName = new LinkedHashMap<>(parametersDict(recurse));
    byName.values().removeIf(Parameter::layerwiseParallel);
    return new ParameterDict(byName);
  }

  /**
   * Refuses two different parameters of one name.
   *
   * @throws ArgumentException with both paths
   */
  public void checkNames() {
    Walk.refuseClash(this);
  }

  /**
   * Calls parameters by their paths if names clash, and then refuses what still does. MindSpore
   * does so at the first call; here {@link #parametersDict}, checkpoints and optimisers do it when
   * names must differ, and only in the innermost cell where they clash.
   */
  public Cell<I, O> checkNamesAndRefreshName() {
    Walk.uniquelyNamed(this, true);
    return this;
  }

  /** Calls every parameter by its path, as {@code updateParametersName("")}. */
  public Cell<I, O> updateParametersName() {
    return updateParametersName("");
  }

  /** Calls every parameter by a prefix and its path; see {@link Parameter#setName}. */
  public Cell<I, O> updateParametersName(String prefix) {
    return updateParametersName(prefix, true);
  }

  /**
   * Calls every parameter by a prefix and its path, in every tree, whatever it was called before.
   *
   * @param prefix put before the path as it is, so it ends in a dot: ASCII letters, digits, {@code
   *     _ . -}
   * @param recurse whether parameters of cells below are renamed too
   */
  public Cell<I, O> updateParametersName(String prefix, boolean recurse) {
    Names.checkPrefix(prefix);
    for (Walk.Found found : Walk.parameters(this, recurse)) {
      found.parameter().setName(prefix + found.path());
    }
    return this;
  }

  final boolean isNamedByPaths() {
    return namedByPaths;
  }

  final void nameByPaths() {
    namedByPaths = true;
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

  /**
   * A copy of a cell and all below it: same names, same modes, parameters of their own with the
   * values that these have now. What {@code transient} fields refer to outside stays shared, and so
   * do tensors, which do not change; arrays, collections, records and generators are copied.
   *
   * @throws ArgumentException if a field holds a function or helper that captured a part of the
   *     cell: the copy would use the original's
   */
  @SuppressWarnings("unchecked") // a copy has the class of its original
  public static <C extends Cell<?, ?>> C deepCopy(C cell) {
    return (C) CellCopier.copy(cell);
  }

  /** Why cells of this class cannot be copied, for those that cannot; empty for all others. */
  protected Optional<String> whyNotCopied() {
    return Optional.empty();
  }

  /** This object alone, with maps of its own; {@link CellCopier} fills in the members. */
  final Cell<I, O> shell() {
    try {
      @SuppressWarnings("unchecked") // clone keeps the class
      Cell<I, O> twin = (Cell<I, O>) super.clone();
      twin.inserted = new LinkedHashMap<>(inserted);
      twin.withoutPrefix = new HashSet<>(withoutPrefix);
      twin.hooks = new Hooks<>(twin);
      twin.flags = new LinkedHashMap<>(flags);
      return twin;
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("cells are cloneable", e);
    }
  }

  /** {@link #deepCopy} is how cells are copied. */
  @Override
  protected final Object clone() throws CloneNotSupportedException {
    throw new CloneNotSupportedException("use Cell.deepCopy");
  }

  // ---- modes ------------------------------------------------------------------------------------

  /** Training mode for this cell and all below. */
  public Cell<I, O> setTrain() {
    return setTrain(true);
  }

  /** Training mode (dropout drops, statistics move) or inference, for this cell and all below. */
  public Cell<I, O> setTrain(boolean mode) {
    for (NamedCell named : Walk.cells(this)) {
      named.cell().putInMode(mode);
    }
    return this;
  }

  /** Sets the mode of this cell alone. */
  final void putInMode(boolean mode) {
    training = mode;
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
   * MindSpore's mark of cells whose gradient is wanted, of this cell only; nothing depends on it.
   * Gradients here are asked for by {@code grad} and {@code valueAndGrad}, which run the forward
   * once, marked or not. A call before them is a forward pass of its own, which moves statistics
   * and draws: where MindSpore would use it again, take its value from {@code valueAndGrad}.
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
   * From now on a gradient keeps nothing of what is computed inside this cell but its input, and
   * computes it a second time when it comes back: less memory for more time, the same numbers. See
   * {@link Autograd#recompute}. It covers all cells below; those may be recomputed in turn.
   */
  public Cell<I, O> recompute() {
    return recompute(true);
  }

  /** Switches {@link #recompute()} on or off. */
  public Cell<I, O> recompute(boolean mode) {
    recomputed = mode;
    return this;
  }

  /**
   * MindSpore's form, whose arguments concern several machines: only their defaults are taken here.
   *
   * @param mpCommRecompute true
   * @param parallelOptimizerCommRecompute false
   */
  public Cell<I, O> recompute(boolean mpCommRecompute, boolean parallelOptimizerCommRecompute) {
    Recompute.checkArguments(this, mpCommRecompute, parallelOptimizerCommRecompute);
    return recompute(true);
  }

  /** Whether the cell itself is recomputed; cells below one that is need not be. */
  public final boolean isRecomputed() {
    return recomputed;
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
