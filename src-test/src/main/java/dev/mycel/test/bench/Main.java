package dev.mycel.test.bench;

import dev.mycel.core.DType;
import dev.mycel.core.Mycel;
import dev.mycel.core.Profile;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Runs one workload and prints one line of JSON.
 *
 * <pre>
 * java -jar benchmarks.jar --list
 * java -jar benchmarks.jar --workload NAME [--dtype fp32|bf16] [--backend NAME] [--repeat N]
 * java -jar benchmarks.jar --workload NAME --profile
 * java -jar benchmarks.jar --workload NAME --vs djl|onednn [--rounds N] [--warm-up SECONDS]
 * java -jar benchmarks.jar --workload NAME[,NAME...] --backend nd4j --vs onednn [--rounds N]
 * java -jar benchmarks.jar --workload NAME[,NAME...] --vs plain-nd4j
 * java -jar benchmarks.jar --workload NAME --busy CORES
 * java -jar benchmarks.jar --workload NAME --gc-minute
 * java -jar benchmarks.jar --workload NAME --slices
 * java -jar benchmarks.jar --spin SECONDS
 * java -jar benchmarks.jar --scaling
 * java -jar benchmarks.jar --charts FOLDER
 * java -jar benchmarks.jar --jmh [arguments of JMH]
 * </pre>
 */
public final class Main {
  private static final int SAMPLES = 50;

  /** How long a step runs under the profile before it is measured. */
  private static final double PROFILE_SECONDS = 3;

  private Main() {}

  /** Runs what the arguments ask for. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (args.length > 0 && args[0].equals("--jmh")) {
      org.openjdk.jmh.Main.main(java.util.Arrays.copyOfRange(args, 1, args.length));
      return;
    }
    if (args.length == 1 && args[0].equals("--scaling")) {
      Mycel.setSeed(1);
      Scaling.run(System.out::println);
      return;
    }
    if (args.length == 2 && args[0].equals("--charts")) {
      Charts.draw(Path.of(args[1]));
      return;
    }
    if (args.length >= 2 && args[0].equals("--spin")) {
      Busy.spin(Double.parseDouble(args[1]), args.length > 2 ? args[2] : null);
      return;
    }
    Arguments given = Arguments.parse(args);
    if (given.list()) {
      Workloads.names().forEach(System.out::println);
      CheckpointSpeed.names().forEach(System.out::println);
      System.out.println("startup-mlp");
    } else if (Nd4jPeer.NAME.equals(given.vs())) {
      Turns.run(given);
    } else if (given.vs() != null) {
      Versus.run(given);
    } else if (given.peer() != null) {
      try (Busy busy = new Busy(given.busy())) {
        System.out.println(told(busy, given, peer(given, given.peer())));
      }
    } else if (CheckpointSpeed.has(given.workload())) {
      Mycel.setSeed(1);
      System.out.println(CheckpointSpeed.run(given));
    } else if (given.workload().equals("startup-mlp")) {
      System.out.println(Startup.run(given));
    } else if (given.workload().equals(Startup.CHILD)) {
      Startup.child();
    } else {
      try (Busy busy = new Busy(given.busy())) {
        if (given.slices()) {
          slices(given);
        } else {
          System.out.println(told(busy, given, ours(given)));
        }
      }
    }
  }

  private static String told(Busy busy, Arguments given, String json) {
    if (!busy.alive()) {
      throw new IllegalStateException("a busy neighbour ended before the measurement did");
    }
    return Busy.tell(json, given.busy());
  }

  /** Chooses the backend that was asked for, and the seed of all measurements. */
  private static void prepare(Arguments given) {
    if (given.backend() != null) {
      Mycel.setBackend(given.backend());
    }
    Mycel.setSeed(1);
  }

  private static Runnable step(Arguments given) {
    Runnable step = Workloads.step(given.workload(), given.dtype());
    if (step == null) {
      throw new IllegalArgumentException(
          "there is no workload '" + given.workload() + "'; --list names them");
    }
    return step;
  }

  private static int calls(Runnable step) {
    return step instanceof TapedAddition ? TapedAddition.CALLS : 1;
  }

  private static void slices(Arguments given) throws IOException {
    prepare(given);
    Runnable step = step(given);
    Reader input = new InputStreamReader(System.in, StandardCharsets.UTF_8);
    Slices.run(step, calls(step), input, System.out::println);
  }

  private static String ours(Arguments given) throws InterruptedException {
    prepare(given);
    double before = Machine.peakMiB();
    Runnable step = step(given);
    if (given.gcMinute()) {
      return GcMinute.run(step, given.workload(), given.dtype(), 20, 60);
    }
    Timer.Result r = Timer.measure(step, samples(given), given.warmUp());
    if (given.profile()) {
      profile(step);
    }
    return json(
        "mycel",
        Mycel.version(),
        given,
        Mycel.backend(),
        r,
        calls(step),
        Machine.peakMiB() - before);
  }

  /** Prints, beside the line of JSON, which primitives take the time of some further calls. */
  private static void profile(Runnable step) {
    try (Profile warmUp = Profile.open()) { // the measuring code has to be compiled, too
      Timer.warmUp(step, PROFILE_SECONDS, PROFILE_SECONDS);
    }
    try (Profile p = Profile.open()) {
      for (int i = 0; i < 20; i++) {
        step.run();
      }
      p.close();
      System.err.println(p.table());
    }
  }

  private static String peer(Arguments given, String peer) {
    double before = Machine.peakMiB();
    int samples = samples(given);
    Timer.Result r =
        switch (peer) {
          case "djl" -> DjlPeer.measure(given.workload(), samples);
          case "onednn" -> OneDnnPeer.measure(given.workload(), samples);
          case Nd4jPeer.NAME ->
              Timer.measure(Nd4jPeer.step(given.workload()), samples, given.warmUp());
          default ->
              throw new IllegalArgumentException(
                  "there is no peer '" + peer + "'; use djl, onednn or " + Nd4jPeer.NAME);
        };
    return json(peer, "", given, "eager", r, 1, Machine.peakMiB() - before);
  }

  private static int samples(Arguments given) {
    return given.repeat() > 0 ? given.repeat() : SAMPLES;
  }

  private static String json(
      String peer,
      String version,
      Arguments given,
      String mode,
      Timer.Result r,
      int calls,
      double peak) {
    return String.format(
        Locale.ROOT,
        "{\"peer\": \"%s\", \"version\": \"%s\", \"workload\": \"%s\", \"mode\": \"%s\", \"dtype\": \"%s\","
            + " \"min_us\": %.4f, \"median_us\": %.4f, \"n\": %d, \"peak_mb\": %.1f, \"peak_rss_mb\": %.1f, \"inner\": %d,"
            + " \"warmup_s\": %.1f, \"heap_bytes\": %d}",
        peer,
        version,
        given.workload(),
        mode,
        given.dtype() == DType.FLOAT32 ? "fp32" : "bf16",
        r.minUs() / calls,
        r.medianUs() / calls,
        r.n(),
        peak,
        Machine.peakMiB(),
        r.inner() * calls,
        r.warmUpSeconds(),
        r.heapBytes() / calls);
  }
}
