package dev.mycel.life;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mycel.core.Mycel;
import dev.mycel.core.Ops;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What JavaCPP allows a process, by who was there first. */
class JavaCppLimitTest {
  /** What the child process runs. */
  static final class Child {
    public static void main(String[] args) {
      if (args[0].startsWith("org.")) {
        System.setProperty(args[0], "12345");
      } else if (args[0].equals("loaded")) {
        System.out.println("its own limit " + Pointer.maxPhysicalBytes());
      }
      Mycel.setBackend("onednn");
      Ops.ones(3).sum().item();
      System.out.println("limit " + Pointer.maxPhysicalBytes());
      System.out.println("heap times four " + 4 * Runtime.getRuntime().maxMemory());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nothing, 0",
    "org.bytedeco.javacpp.maxPhysicalBytes, 12345",
    "org.bytedeco.javacpp.maxphysicalbytes, 12345"
  })
  void oneDnnLiftsItUnlessTheUserHasSetOne(String before, long limit) throws Exception {
    String out = FallbackTest.run(Child.class, FallbackTest.without("none"), before);
    assertEquals(1, out.lines().filter(("limit " + limit)::equals).count(), out);
  }

  @Test
  void whereJavaCppIsThereAlreadyItsLimitStays() throws Exception {
    String out = FallbackTest.run(Child.class, FallbackTest.without("none"), "loaded");
    String limit = out.lines().filter(l -> l.startsWith("limit ")).findFirst().orElse("none");
    assertEquals(
        1,
        out.lines()
            .filter(("heap times four " + limit.substring("limit ".length()))::equals)
            .count(),
        out);
  }
}
