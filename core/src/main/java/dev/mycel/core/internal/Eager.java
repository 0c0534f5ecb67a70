package dev.mycel.core.internal;

import dev.mycel.core.Attrs;
import dev.mycel.core.ClosedTensorException;
import dev.mycel.core.DType;
import dev.mycel.core.Device;
import dev.mycel.core.DeviceException;
import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Layout;
import dev.mycel.core.MemoryStats;
import dev.mycel.core.Messages;
import dev.mycel.core.MissingRuleException;
import dev.mycel.core.None;
import dev.mycel.core.Primitive;
import dev.mycel.core.Prims;
import dev.mycel.core.RootInterpreter;
import dev.mycel.core.Scope;
import dev.mycel.core.Shape;
import dev.mycel.core.ShapeException;
import dev.mycel.core.Tensor;
import dev.mycel.core.TensorException;
import dev.mycel.core.TensorType;
import dev.mycel.core.Variable;
import dev.mycel.core.spi.Access;
import dev.mycel.core.spi.Backend;
import dev.mycel.core.spi.Buffer;
import dev.mycel.core.spi.HeapStorage;
import dev.mycel.core.spi.KernelCall;
import dev.mycel.core.spi.KernelTable;
import dev.mycel.core.spi.Storage;
import java.io.IOException;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The bottom interpreter: runs each primitive at once as a view, a kernel, or its decomposition.
 */
public final class Eager extends RootInterpreter {
  /** Composites run their decompositions on every backend if this property is {@code false}. */
  private static final boolean FUSES = !"false".equals(System.getProperty("mycel.fusion"));

  private final Backends backends = new Backends();
  private final SlowPaths slowPaths = new SlowPaths();
  private final HostFallback fallback = new HostFallback(slowPaths);

  /** For the service loader. */
  public Eager() {}

  @Override
  public <A> Tensor[] interpret(Primitive<A> primitive, A attrs, Tensor[] inputs) {
    return run(primitive, attrs, inputs, 0);
  }

  private <A> Tensor[] run(Primitive<A> primitive, A attrs, Tensor[] inputs, long donated) {
    TensorType[] inputTypes = new TensorType[inputs.length];
    Buffer[] buffers = new Buffer[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      inputTypes[i] = inputs[i].type();
      buffers[i] = buffer(inputs[i]);
    }
    Backend backend = backendOf(primitive, inputTypes);
    TensorType[] types = primitive.infer(attrs, inputTypes);
    if (primitive.isView()) {
      Layout view = primitive.viewLayout(attrs, buffers[0].layout(), types[0].shape());
      if (view != null) {
        return new Tensor[] {view(inputs[0], buffers[0], view, types[0])};
      }
    }
    if (!primitive.isView() && converts(primitive, backend, inputTypes)) {
      return convert(primitive, attrs, inputs, backend, types);
    }
    acquire(buffers);
    try {
      KernelCall<A> call = new KernelCall<>(primitive, attrs, buffers, types, backend, donated);
      KernelTable.Entry<A> entry = find(backend.kernels(), call);
      if (entry != null) {
        return execute(entry, call);
      }
      Tensor[] results = executeOnDense(call);
      if (results != null) {
        return results;
      }
      if (!primitive.isComposite()) {
        return executeOnHost(call);
      }
    } finally {
      releaseAll(buffers);
      Reference.reachabilityFence(inputs);
    }
    slowPaths.count(backend, primitive, SlowPaths.Path.PARTS);
    return expand(primitive, attrs, inputs);
  }

  /**
   * Whether the backend computes with these inputs in another type; moving and converting is no
   * computing.
   */
  static boolean converts(Primitive<?> primitive, Backend backend, TensorType[] inputs) {
    for (TensorType t : inputs) {
      if (backend.computeType(t.dtype()) != t.dtype()) {
        return primitive != Prims.CAST && primitive != Prims.COPY && primitive != Prims.SPLIT;
      }
    }
    return false;
  }

  private <A> Tensor[] convert(
      Primitive<A> primitive, A attrs, Tensor[] inputs, Backend backend, TensorType[] types) {
    try (Scope scope = Scope.open()) {
      Tensor[] wide = new Tensor[inputs.length];
      for (int i = 0; i < wide.length; i++) {
        wide[i] = cast(inputs[i], backend.computeType(inputs[i].dtype()));
      }
      Tensor[] results = interpret(primitive, attrs, wide);
      Tensor[] narrow = new Tensor[results.length];
      for (int i = 0; i < narrow.length; i++) {
        narrow[i] = cast(results[i], types[i].dtype());
      }
      return scope.give(narrow);
    }
  }

  private Tensor cast(Tensor x, DType to) {
    return x.dtype() == to ? x : interpret(Prims.CAST, new Attrs.Cast(to), new Tensor[] {x})[0];
  }

  /**
   * Decompositions call public operations, which must arrive here and not at whatever recorded this
   * call.
   */
  private <A> Tensor[] expand(Primitive<A> primitive, A attrs, Tensor[] inputs) {
    if (Interpreters.top() == this) {
      return primitive.expand(attrs, inputs);
    }
    return Interpreters.under(this, () -> primitive.expand(attrs, inputs));
  }

  static <A> KernelTable.@Nullable Entry<A> find(KernelTable table, KernelCall<A> call) {
    if (!FUSES && call.primitive().isComposite()) {
      return null;
    }
    List<KernelTable.Entry<A>> entries = table.entries(call.primitive());
    for (int i = 0; i < entries.size(); i++) {
      KernelTable.Entry<A> entry = entries.get(i);
      var condition = entry.when();
      if (condition == null || condition.test(call)) {
        return entry;
      }
    }
    return null;
  }

  /**
   * Copies inputs with gaps, repeated or reversed elements and asks the kernels again: a copy costs
   * little beside a host kernel or a decomposition.
   */
  private <A> Tensor @Nullable [] executeOnDense(KernelCall<A> call) {
    boolean dense = true;
    for (int i = 0; i < call.inputCount(); i++) {
      dense &= call.input(i).layout().isDense();
    }
    if (dense || !call.backend().kernels().has(call.primitive())) {
      return null;
    }
    return onCopies(
        call,
        b -> b.layout().isDense(),
        copied -> {
          KernelTable.Entry<A> entry = find(call.backend().kernels(), copied);
          return entry == null ? null : execute(entry, copied);
        });
  }

  private <A> Tensor[] execute(KernelTable.Entry<A> entry, KernelCall<A> call) {
    if (entry.access() == Access.CONTIGUOUS) {
      for (int i = 0; i < call.inputCount(); i++) {
        if (!call.input(i).layout().isContiguous()) {
          return Objects.requireNonNull(
              onCopies(call, b -> b.layout().isContiguous(), copied -> execute(entry, copied)));
        }
      }
    }
    boolean done = false;
    try {
      entry.kernel().run(call);
      done = true;
      return results(call);
    } finally {
      if (!done) {
        for (int i = 0; i < call.outputCount(); i++) {
          Buffer made = call.allocated(i);
          if (made != null) {
            made.storage().release();
          }
        }
      }
    }
  }

  private <A> Tensor @Nullable [] onCopies(
      KernelCall<A> call,
      Predicate<Buffer> stays,
      Function<KernelCall<A>, Tensor @Nullable []> run) {
    Buffer[] copies = new Buffer[call.inputCount()];
    int made = 0;
    try {
      for (; made < copies.length; made++) {
        Buffer from = call.input(made);
        copies[made] = stays.test(from) ? retained(from) : copy(call.backend(), from);
      }
      return run.apply(call.withInputs(copies));
    } finally {
      for (int i = 0; i < made; i++) {
        copies[i].storage().release();
      }
    }
  }

  private Buffer retained(Buffer b) {
    if (!b.storage().tryRetain()) {
      throw closed();
    }
    return b;
  }

  private Buffer copy(Backend backend, Buffer from) {
    TensorType type = new TensorType(from.shape(), from.dtype(), backend.device());
    KernelCall<None> call =
        new KernelCall<>(
            Prims.COPY, None.NONE, new Buffer[] {from}, new TensorType[] {type}, backend, 0);
    KernelTable.Entry<None> entry = find(backend.kernels(), call);
    if (entry == null) {
      fallback.run(reference(call.primitive()), call);
    } else {
      entry.kernel().run(call);
    }
    Buffer made = call.allocated(0);
    if (made == null) {
      throw new IllegalStateException("copy: the kernel allocated no output");
    }
    return made;
  }

  private <A> Tensor[] executeOnHost(KernelCall<A> call) {
    fallback.run(reference(call.primitive()), call);
    return results(call);
  }

  private <A> KernelTable reference(Primitive<A> primitive) {
    Backend reference = backends.reference();
    if (reference == null || !reference.kernels().has(primitive)) {
      throw new MissingRuleException(
          Messages.of(primitive + ": no backend has a kernel for it")
              .hint("put dev.mycel:mycel-reference on the class path")
              .text());
    }
    return reference.kernels();
  }

  private <A> Tensor[] results(KernelCall<A> call) {
    Tensor[] results = new Tensor[call.outputCount()];
    for (int i = 0; i < results.length; i++) {
      Buffer made = call.allocated(i);
      if (made == null) {
        throw new IllegalStateException(call.primitive() + ": the kernel allocated no output " + i);
      }
      results[i] = adopt(call.outputType(i), made);
    }
    return results;
  }

  private Tensor adopt(TensorType type, Buffer buffer) {
    EagerLease lease = new EagerLease(buffer);
    Tensor tensor = wrap(type, lease);
    Scope.adopt(tensor, lease);
    return tensor;
  }

  private Tensor view(Tensor of, Buffer buffer, Layout layout, TensorType type) {
    if (!buffer.storage().tryRetain()) {
      throw closed();
    }
    Reference.reachabilityFence(of);
    return adopt(type, new Buffer(buffer.storage(), layout));
  }

  static void acquire(Buffer[] buffers) {
    for (int i = 0; i < buffers.length; i++) {
      if (!buffers[i].storage().tryRetain()) {
        for (int k = 0; k < i; k++) {
          buffers[k].storage().release();
        }
        throw closed();
      }
    }
  }

  static void releaseAll(Buffer[] buffers) {
    for (Buffer b : buffers) {
      b.storage().release();
    }
  }

  Buffer buffer(Tensor tensor) {
    EagerLease lease = (EagerLease) open(tensor);
    if (!lease.isOpen()) {
      throw closed();
    }
    return lease.buffer();
  }

  private static ClosedTensorException closed() {
    return new ClosedTensorException(
        Messages.of("tensor: it was used after its memory had been given back")
            .hint(
                "a tensor made inside a gradient, a training step or a library cell ends with it unless it is returned;"
                    + " return it as an auxiliary result, or call Scope.keep(tensor) where it is made")
            .text());
  }

  <A> Backend backendOf(Primitive<A> primitive, TensorType[] inputs) {
    if (inputs.length == 0) {
      return backends.current();
    }
    Device device = inputs[0].device();
    for (int i = 1; i < inputs.length; i++) {
      if (inputs[i].device() != device && !inputs[i].device().equals(device)) {
        throw new DeviceException(
            Messages.of(primitive + ": the operands live on different devices")
                .line("operand 0", inputs[0] + " on " + device)
                .line("operand " + i, inputs[i] + " on " + inputs[i].device())
                .hint(
                    "create both under one backend; Tensor.of(other.toArray()) copies one to the current backend")
                .text());
      }
    }
    return backends.of(device);
  }

  @Override
  public Tensor read(Variable variable) {
    while (true) {
      Tensor held = variable.held();
      if (held == null) {
        throw new TensorException("variable: it has no value yet");
      }
      Buffer buffer = ((EagerLease) open(held)).buffer();
      // A writer may have dropped this value between the two lines above: then look again.
      if (buffer.storage().tryRetain()) {
        return adopt(held.type(), buffer);
      }
    }
  }

  @Override
  public void write(Variable variable, Tensor value) {
    Tensor own = settled(value);
    Tensor before = variable.swapHeld(own);
    if (before != null) {
      ((EagerLease) open(before)).close();
    }
  }

  /**
   * A claim of the variable's own, on dense memory of the backend's choice, that ends when the
   * variable is unreachable.
   */
  private Tensor settled(Tensor value) {
    Buffer buffer = buffer(value);
    Buffer own;
    if (buffer.layout().isDense() && buffer.size() == buffer.storage().size()) {
      if (!buffer.storage().tryRetain()) {
        throw closed();
      }
      own = buffer;
    } else {
      own = copy(backends.of(value.type().device()), buffer);
    }
    EagerLease lease = new EagerLease(own);
    Tensor held = wrap(value.type(), lease);
    escape(lease, held);
    return held;
  }

  private static void escape(EagerLease lease, Tensor holder) {
    lease.escape(holder);
  }

  @Override
  public <A> Tensor[] update(
      Primitive<A> primitive, A attrs, Variable[] variables, Tensor[] others) {
    int n = variables.length;
    Tensor[] inputs = inputs(variables, others);
    Tensor[] results = run(primitive, attrs, inputs, donated(inputs, n));
    for (int i = 0; i < n; i++) {
      Buffer before = buffer(inputs[i]);
      Buffer after = buffer(results[i]);
      if (after.storage() == before.storage()) {
        variables[i].touched();
      } else {
        write(variables[i], results[i]);
      }
      // Without this the result's own claim would keep the next update from writing in place.
      drop(results[i]);
    }
    return Arrays.copyOfRange(results, n, results.length);
  }

  /** What the variables hold, and then the others. */
  static Tensor[] inputs(Variable[] variables, Tensor[] others) {
    Tensor[] inputs = new Tensor[variables.length + others.length];
    for (int i = 0; i < variables.length; i++) {
      Tensor held = variables[i].held();
      if (held == null) {
        throw new TensorException("variable: it has no value yet");
      }
      inputs[i] = held;
    }
    System.arraycopy(others, 0, inputs, variables.length, others.length);
    return inputs;
  }

  /** Which of the first inputs nobody but their variable holds; asked before a call holds them. */
  long donated(Tensor[] inputs, int count) {
    long donated = 0;
    for (int i = 0; i < count && i < Long.SIZE; i++) {
      if (buffer(inputs[i]).storage().isExclusive()) {
        donated |= 1L << i;
      }
    }
    return donated;
  }

  @Override
  public void updateAll(List<Update<?>> updates) {
    UpdateBatch batch = new UpdateBatch(this);
    try {
      for (Update<?> u : updates) {
        batch.add(u);
      }
    } finally {
      batch.run();
    }
  }

  @Override
  public Tensor accumulate(Tensor sum, Tensor more) {
    Buffer buffer = buffer(sum);
    // A view may repeat elements or leave some out: only a whole storage is written over.
    boolean whole = buffer.layout().isDense() && buffer.size() == buffer.storage().size();
    long donated = whole && buffer.storage().isExclusive() ? 1 : 0;
    return run(Prims.ADD, None.NONE, new Tensor[] {sum, more}, donated)[0];
  }

  @Override
  public Tensor retain(Tensor tensor) {
    Buffer buffer = buffer(tensor);
    if (!buffer.storage().tryRetain()) {
      throw closed();
    }
    return wrap(tensor.type(), new EagerLease(buffer));
  }

  @Override
  public void drop(Tensor tensor) {
    ((EagerLease) open(tensor)).close();
  }

  @Override
  public Tensor lower(Tensor tensor) {
    if (!owns(tensor)) {
      throw escaped(tensor);
    }
    return tensor;
  }

  @Override
  public Interpreter parent() {
    return this;
  }

  @Override
  public Tensor fromHost(Object array, DType dtype, Shape shape) {
    Backend backend = backends.current();
    int size = Math.toIntExact(shape.size());
    Storage storage = backend.allocate(dtype, size);
    backend.copyIn(array, 0, storage, 0, size);
    TensorType type = new TensorType(shape, dtype, backend.device());
    return adopt(type, new Buffer(storage, Layout.contiguous(shape)));
  }

  @Override
  public Object toHost(Tensor tensor) {
    Buffer buffer = buffer(tensor);
    if (buffer.size() > Integer.MAX_VALUE - 8) {
      throw new ShapeException(
          Messages.of("toArray: a Java array holds at most 2147483639 elements")
              .line("tensor", tensor.type())
              .hint("export slices")
              .text());
    }
    Backend backend = backends.of(tensor.type().device());
    Buffer dense = rowMajor(backend, buffer);
    try {
      int size = (int) buffer.size();
      Object array = HeapStorage.newArray(buffer.dtype(), size);
      backend.copyOut(dense.storage(), dense.layout().offset(), array, 0, size);
      return array;
    } finally {
      dense.storage().release();
      Reference.reachabilityFence(tensor);
    }
  }

  @Override
  public Tensor fromBytes(DType dtype, Shape shape, Bytes source) throws IOException {
    Backend backend = backends.current();
    Storage storage = backend.allocate(dtype, shape.size());
    boolean done = false;
    try {
      new BytePieces(backend, storage, 0, shape.size()).fill(source);
      done = true;
    } finally {
      if (!done) {
        storage.release();
      }
    }
    TensorType type = new TensorType(shape, dtype, backend.device());
    return adopt(type, new Buffer(storage, Layout.contiguous(shape)));
  }

  @Override
  public void toBytes(Tensor tensor, Bytes sink) throws IOException {
    Backend backend = backends.of(tensor.type().device());
    Buffer dense = rowMajor(backend, buffer(tensor));
    try {
      new BytePieces(backend, dense.storage(), dense.layout().offset(), dense.size()).show(sink);
    } finally {
      dense.storage().release();
      Reference.reachabilityFence(tensor);
    }
  }

  private Buffer rowMajor(Backend backend, Buffer buffer) {
    return buffer.layout().isContiguous() ? retained(buffer) : copy(backend, buffer);
  }

  @Override
  public Tensor fromStorage(Storage storage, Layout layout) {
    Device device = backends.current().device();
    return adopt(
        new TensorType(layout.shape(), storage.dtype(), device), new Buffer(storage, layout));
  }

  @Override
  public Buffer toBuffer(Tensor tensor) {
    return buffer(tensor);
  }

  @Override
  public boolean sharesMemory(Tensor a, Tensor b) {
    return buffer(a).storage() == buffer(b).storage();
  }

  @Override
  public Layout layout(Tensor tensor) {
    return buffer(tensor).layout();
  }

  @Override
  public Device device() {
    return backends.current().device();
  }

  @Override
  public void useBackend(String name) {
    backends.use(name);
  }

  @Override
  public void useDevice(String target, int index) {
    backends.useDevice(target, index);
  }

  @Override
  public void forgetDevice() {
    backends.forget();
  }

  @Override
  public Map<String, String> backends() {
    return backends.describe();
  }

  @Override
  public MemoryStats memory() {
    return backends.current().memory();
  }

  @Override
  public void memoryBudget(long bytes) {
    backends.current().memoryBudget(bytes);
  }

  @Override
  public void trimMemory() {
    backends.current().trimMemory();
  }

  @Override
  public int threads() {
    return backends.current().threads();
  }

  @Override
  public void threads(int count) {
    backends.current().threads(count);
  }

  @Override
  public List<String> profile() {
    return slowPaths.lines();
  }

  @Override
  public String toString() {
    return "eager execution";
  }
}
