package dev.mycel.onednn;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Asks Linux to back large blocks with pages of 2 MiB. The first touch of a page costs more than
 * the work on it, and there are 512 times as many of the small ones. Elsewhere, and where the
 * system says no, nothing changes. {@code -Dmycel.hugepages=false} turns it off.
 */
final class HugePages {
  /** Size of a page. */
  static final long PAGE = 2L << 20;

  /** Smaller blocks would be rounded too much. */
  private static final long LEAST = 2 * PAGE;

  private static final int MADV_HUGEPAGE = 14;
  private static final @Nullable Function ADVISE = advise();

  private HugePages() {}

  private static @Nullable Function advise() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    boolean wanted = !"false".equals(System.getProperty("mycel.hugepages"));
    return wanted && system.contains("linux") ? OmpThreads.function("madvise") : null;
  }

  /** Whether blocks of that size should begin where a page does. */
  static boolean serve(long bytes) {
    return ADVISE != null && bytes >= LEAST;
  }

  /** Asks for the pages that lie wholly in a stretch that begins with one. */
  static void ask(long address, long bytes) {
    Function known = ADVISE;
    if (known != null) {
      // An error says that there are no such pages here, which is no error.
      known.invokeInt(new Object[] {new Pointer(address), bytes / PAGE * PAGE, MADV_HUGEPAGE});
    }
  }
}
