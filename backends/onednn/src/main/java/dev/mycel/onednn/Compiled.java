package dev.mycel.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_query;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_set_data_handle;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_clone;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_next_impl;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_data_type;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_exec_arg_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_impl_info_str;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_inner_idxs;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_inner_nblks_s32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;

import dev.mycel.core.DType;
import dev.mycel.core.spi.BlockPool;
import java.lang.ref.Reference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.jspecify.annotations.Nullable;

/**
 * A primitive that has been created, ready to run on any addresses and from several threads at
 * once: each run borrows a set of memory objects. Scratch memory comes from the pool, because the
 * library's own is tied to the creating thread.
 */
final class Compiled {
  private final BlockPool<NativeBlock> pool;
  private final dnnl_primitive_desc descriptor;
  private final dnnl_primitive primitive = new dnnl_primitive();
  private final int[] arguments;
  private final dnnl_memory_desc[] descs;
  private final long scratchBytes;
  private final ArrayDeque<Run> idle = new ArrayDeque<>();
  private final Handles handles;
  private @Nullable String implementation;

  /** What {@link #blocksOfRows} has found, which training asks for at each step. */
  private final Map<Integer, Optional<DType>> blocks = new ConcurrentHashMap<>(1);

  /**
   * Creates the primitive.
   *
   * @param descriptor what to create; owned from now on
   * @param arguments the argument numbers that {@link #run} takes addresses for
   */
  Compiled(BlockPool<NativeBlock> pool, dnnl_primitive_desc descriptor, int... arguments) {
    this.pool = pool;
    this.descriptor = descriptor;
    this.arguments = arguments;
    Dnnl.check(dnnl_primitive_create(primitive, descriptor), "creating a primitive");
    this.handles = new Handles(primitive, descriptor);
    Dnnl.CLEANER.register(this, handles);
    this.descs = new dnnl_memory_desc[arguments.length + 1];
    for (int i = 0; i < arguments.length; i++) {
      descs[i] = desc(arguments[i]);
    }
    dnnl_memory_desc scratch = desc(DNNL_ARG_SCRATCHPAD);
    descs[arguments.length] = scratch;
    this.scratchBytes = dnnl_memory_desc_get_size(scratch);
  }

  /**
   * Keeps the description of the forward primitive, which a backward one may look at, as long as
   * this, and destroys it then.
   */
  Compiled keeping(dnnl_primitive_desc forward) {
    handles.keep(forward);
    return this;
  }

  /** The layout that the library chose for an argument. */
  dnnl_memory_desc desc(int argument) {
    return dnnl_primitive_desc_query_md(descriptor, dnnl_query_exec_arg_md, argument);
  }

  dnnl_primitive_desc descriptor() {
    return descriptor;
  }

  /** Bytes of an argument in the layout that the library chose. */
  long bytes(int argument) {
    return dnnl_memory_desc_get_size(desc(argument));
  }

  /**
   * The element type of an argument that the library wants in blocks along its first axis, as far
   * as it is one of ours; null for others.
   */
  @Nullable DType blocksOfRows(int argument) {
    return blocks.computeIfAbsent(argument, a -> Optional.ofNullable(findBlocks(a))).orElse(null);
  }

  private @Nullable DType findBlocks(int argument) {
    dnnl_memory_desc desc = desc(argument);
    try (IntPointer number = new IntPointer(1);
        PointerPointer<LongPointer> axes = new PointerPointer<>(1)) {
      query(desc, dnnl_query_inner_nblks_s32, number);
      if (number.get() == 0) {
        return null;
      }
      query(desc, dnnl_query_inner_idxs, axes);
      if (new LongPointer(axes.get(0)).get() != 0) {
        return null;
      }
      query(desc, dnnl_query_data_type, number);
      return Desc.type(number.get());
    }
  }

  private static void query(dnnl_memory_desc desc, int what, Pointer into) {
    Dnnl.check(dnnl_memory_desc_query(desc, what, into), "asking for a layout");
  }

  /** The library's name of the code that runs, such as {@code bnorm_jit:avx512_core}. */
  String implementation() {
    String known = implementation;
    if (known == null) {
      known = implementation(descriptor);
      implementation = known;
    }
    return known;
  }

  static String implementation(dnnl_primitive_desc descriptor) {
    try (PointerPointer<BytePointer> name = new PointerPointer<>(1)) {
      Dnnl.check(
          dnnl_primitive_desc_query(descriptor, dnnl_query_impl_info_str, 0, name),
          "asking for a name");
      return new BytePointer(name.get(0)).getString();
    }
  }

  /**
   * The first implementation with such a name of those that the library has, or its own choice if
   * there is none; what is not returned is destroyed.
   */
  static dnnl_primitive_desc select(dnnl_primitive_desc first, Predicate<String> name) {
    if (name.test(implementation(first))) {
      return first;
    }
    // Only the original can be moved on to the next implementation, not a copy.
    dnnl_primitive_desc kept = new dnnl_primitive_desc();
    Dnnl.check(dnnl_primitive_desc_clone(kept, first), "copying a description");
    while (dnnl_primitive_desc_next_impl(first) == dnnl_success) {
      if (name.test(implementation(first))) {
        dnnl_primitive_desc_destroy(kept);
        return first;
      }
    }
    dnnl_primitive_desc_destroy(first);
    return kept;
  }

  /** Runs the primitive on memory at those addresses, in the order of the arguments. */
  void run(long... addresses) {
    Run run = borrow();
    NativeBlock scratch = scratchBytes == 0 ? null : pool.take(scratchBytes);
    try {
      run.execute(addresses, scratch);
    } finally {
      if (scratch != null) {
        pool.give(scratch);
      }
      synchronized (idle) {
        idle.push(run);
      }
      Reference.reachabilityFence(this);
    }
  }

  private Run borrow() {
    synchronized (idle) {
      Run known = idle.poll();
      if (known != null) {
        return known;
      }
    }
    return new Run();
  }

  /** Memory objects for one execution at a time. */
  private final class Run {
    private final dnnl_memory[] memories = new dnnl_memory[arguments.length + 1];
    private final dnnl_exec_arg_t list = new dnnl_exec_arg_t(arguments.length + 1);
    private final Address address = new Address();

    Run() {
      for (int i = 0; i <= arguments.length; i++) {
        dnnl_memory memory = new dnnl_memory();
        Dnnl.check(
            dnnl_memory_create(memory, descs[i], Dnnl.engine(), null), "creating a memory object");
        memories[i] = memory;
        handles.add(memory);
        list.position(i)
            .arg(i < arguments.length ? arguments[i] : DNNL_ARG_SCRATCHPAD)
            .memory(memory);
      }
      list.position(0);
    }

    void execute(long[] addresses, @Nullable NativeBlock scratch) {
      for (int i = 0; i < addresses.length; i++) {
        Dnnl.check(
            dnnl_memory_set_data_handle(memories[i], address.at(addresses[i])),
            "setting an address");
      }
      int count = arguments.length;
      if (scratch != null) {
        Dnnl.check(
            dnnl_memory_set_data_handle(memories[count], address.at(scratch.address())),
            "setting an address");
        count++;
      }
      Dnnl.check(
          dnnl_primitive_execute(primitive, Dnnl.stream(), count, list), "executing a primitive");
    }
  }

  /**
   * The native objects, destroyed when the cache has let go of the primitive and no run uses it.
   */
  private static final class Handles implements Runnable {
    private final dnnl_primitive primitive;
    private final dnnl_primitive_desc descriptor;
    private final List<dnnl_memory> memories = new ArrayList<>();
    private @Nullable dnnl_primitive_desc forward;

    Handles(dnnl_primitive primitive, dnnl_primitive_desc descriptor) {
      this.primitive = primitive;
      this.descriptor = descriptor;
    }

    synchronized void add(dnnl_memory memory) {
      memories.add(memory);
    }

    synchronized void keep(dnnl_primitive_desc described) {
      forward = described;
    }

    @Override
    public synchronized void run() {
      memories.forEach(memory -> dnnl_memory_destroy(memory));
      dnnl_primitive_destroy(primitive);
      dnnl_primitive_desc_destroy(descriptor);
      if (forward != null) {
        dnnl_primitive_desc_destroy(forward);
      }
    }
  }

  /** A pointer that can be aimed, so that a run makes no garbage. */
  private static final class Address extends Pointer {
    Address at(long where) {
      this.address = where;
      return this;
    }
  }
}
