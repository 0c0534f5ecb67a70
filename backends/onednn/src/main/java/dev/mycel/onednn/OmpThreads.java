package dev.mycel.onednn;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import dev.mycel.core.Messages;
import dev.mycel.core.TensorException;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * The number of threads of oneDNN's OpenMP runtime. OpenMP keeps the number for each calling
 * thread, so a thread takes over a change before its next kernel.
 */
final class OmpThreads {
  private static final String PROPERTY = "mycel.threads";
  private static final @Nullable Function SET = function("omp_set_num_threads");
  private static final @Nullable Function GET_MAX = function("omp_get_max_threads");

  private static volatile int wanted = initial();
  private static volatile int version = wanted == 0 ? 0 : 1;
  private static final ThreadLocal<int[]> APPLIED = ThreadLocal.withInitial(() -> new int[1]);

  private OmpThreads() {}

  /** Number of threads that this thread's next kernel uses. */
  static int count() {
    if (wanted != 0) {
      return wanted;
    }
    Function known = GET_MAX;
    return known == null ? Runtime.getRuntime().availableProcessors() : known.invokeInt(NONE);
  }

  /** Sets the number for all threads. */
  static synchronized void set(int count) {
    if (SET == null) {
      throw new TensorException(
          Messages.of("setThreads: this build of oneDNN has no OpenMP runtime to tell")
              .line("wanted", count)
              .hint("set the environment variable OMP_NUM_THREADS before the start")
              .text());
    }
    wanted = count;
    version++;
  }

  /** Makes the number that is in force this thread's own. */
  static void apply() {
    int now = version;
    if (now == 0) {
      return;
    }
    int[] applied = APPLIED.get();
    if (applied[0] != now) {
      Function known = SET;
      if (known != null) {
        known.invokeVoid(new Object[] {wanted});
      }
      applied[0] = now;
    }
  }

  /** Does something while this thread's kernels use one thread. */
  static <T> T alone(Supplier<T> work) {
    Function set = SET;
    Function known = GET_MAX;
    if (set == null || known == null) {
      return work.get();
    }
    int before = known.invokeInt(NONE);
    set.invokeVoid(new Object[] {1});
    try {
      return work.get();
    } finally {
      set.invokeVoid(new Object[] {before});
    }
  }

  private static final Object[] NONE = {};

  private static int initial() {
    Integer property = Integer.getInteger(PROPERTY);
    return property == null || property < 1 ? 0 : property;
  }

  /** A function of the OpenMP runtime, if it is there. */
  static @Nullable Function function(String name) {
    if (Dnnl.failure() != null) {
      return null;
    }
    // The presets bring their own libgomp; the loader looks the symbol up among everything that is
    // loaded.
    org.bytedeco.javacpp.Pointer address = Loader.addressof(name);
    return address == null || address.isNull()
        ? null
        : Function.getFunction(new Pointer(address.address()));
  }
}
