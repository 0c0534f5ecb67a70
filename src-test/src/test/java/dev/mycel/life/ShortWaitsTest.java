package dev.mycel.life;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.NativeLibrary;
import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads of OpenMP are told to wait for a short while only, before their runtime is loaded. */
class ShortWaitsTest {
  /** What the child process runs: a kernel, and a look at what the native side sees. */
  static final class Child {
    public static void main(String[] args) {
      Mycel.setBackend(args[0]);
      System.out.println(Ops.ones(600, 2).matmul(Ops.ones(2, 1)).sum().item());
      System.out.println(
          NativeLibrary.getInstance("c")
              .getFunction("getenv")
              .invokeString(new Object[] {"GOMP_SPINCOUNT"}, false));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn", "nd4j"})
  void everyNativeBackendShortensThem(String backend) throws Exception {
    boolean said = System.getenv("GOMP_SPINCOUNT") != null;
    boolean linux = System.getProperty("os.name").startsWith("Linux");
    assumeTrue(linux && !said && System.getenv("OMP_WAIT_POLICY") == null);
    String out = FallbackTest.run(Child.class, FallbackTest.without("none"), backend);
    assertEquals("4000", out.lines().reduce((first, second) -> second).orElse(""), out);
  }
}
