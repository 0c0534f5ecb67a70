package dev.mycel.test;

import dev.mycel.core.DType;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Primitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a backend passed, by family of primitives, and how it computed it. */
public final class TckResults {
  /**
   * Numbers of cases; one case is a row in one element type and layout.
   *
   * @param passed all that passed
   * @param failed all that did not
   * @param leftOut cases that the backend leaves out by name
   * @param parts how many of the passed ones ran the decomposition
   * @param host how many of them ran the reference kernel on copies
   */
  public record Counts(int passed, int failed, int leftOut, int parts, int host) {
    private static final Counts NONE = new Counts(0, 0, 0, 0, 0);

    /** How many of the passed ones a kernel of the backend's own computed, or a view. */
    public int own() {
      return passed - parts - host;
    }

    private Counts plus(int pass, int fail, int left, int inParts, int onHost) {
      return new Counts(
          passed + pass, failed + fail, leftOut + left, parts + inParts, host + onHost);
    }
  }

  private final String backend;
  private final Map<Family, Counts> families = new EnumMap<>(Family.class);
  private final List<String> leftOut = new ArrayList<>();
  private final Set<String> own = new TreeSet<>();

  TckResults(String backend) {
    this.backend = backend;
  }

  /** The backend's name. */
  public String backend() {
    return backend;
  }

  /** The families that ran. */
  public Map<Family, Counts> families() {
    return new EnumMap<>(families);
  }

  /**
   * Names of the primitives that a kernel of the backend's own, or a view, computed in some case.
   */
  public Set<String> own() {
    return new TreeSet<>(own);
  }

  /** Names and reasons of what the backend leaves out. */
  public List<String> leftOut() {
    return List.copyOf(leftOut);
  }

  /** Runs a case and counts it. */
  void run(Primitive<?> primitive, Runnable check) {
    Family family = Family.of(primitive);
    long parts = slow(primitive, "parts");
    long host = slow(primitive, "host");
    try {
      check.run();
    } catch (AssertionError | RuntimeException e) {
      add(family, 0, 1, 0, 0, 0);
      throw e;
    }
    int inParts = slow(primitive, "parts") > parts ? 1 : 0;
    int onHost = inParts == 0 && slow(primitive, "host") > host ? 1 : 0;
    add(family, 1, 0, 0, inParts, onHost);
    if (inParts + onHost == 0) {
      own.add(primitive.name());
    }
  }

  /** Counts what the backend leaves out. */
  void leaveOut(OpSample<?> row, DType dtype, String why, int cases) {
    add(Family.of(row.primitive()), 0, 0, cases, 0, 0);
    leftOut.add(row.name() + " of " + dtype + ": " + why);
  }

  /** How many cases there were. */
  int total() {
    return families.values().stream().mapToInt(c -> c.passed + c.failed + c.leftOut).sum();
  }

  private void add(Family family, int pass, int fail, int left, int parts, int host) {
    families.merge(
        family,
        Counts.NONE.plus(pass, fail, left, parts, host),
        (a, b) -> a.plus(b.passed, b.failed, b.leftOut, b.parts, b.host));
  }

  /** How often the backend had no kernel for the primitive so far, and went that way instead. */
  private long slow(Primitive<?> primitive, String way) {
    String begin = backend + " " + primitive.name() + " " + way + " ";
    for (String line : Interpreters.root().profile()) {
      if (line.startsWith(begin)) {
        return Long.parseLong(line.substring(begin.length()));
      }
    }
    return 0;
  }

  /** Writes a line for each family, and for each thing left out. */
  void write(Path folder) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("family\tpassed\tfailed\tleft out\town kernels and views\tin parts\ton the host");
    families.forEach(
        (f, c) ->
            lines.add(
                String.join(
                    "\t",
                    f.toString(),
                    "" + c.passed,
                    "" + c.failed,
                    "" + c.leftOut,
                    "" + c.own(),
                    "" + c.parts,
                    "" + c.host)));
    leftOut.forEach(name -> lines.add("left out\t" + name));
    Files.createDirectories(folder);
    Files.write(folder.resolve(backend + ".tsv"), lines);
  }
}
