package dev.mycel.test.bench;

import dev.mycel.core.DType;
import org.jspecify.annotations.Nullable;

/** The command line. */
record Arguments(
    boolean list,
    String workload,
    DType dtype,
    @Nullable String backend,
    int repeat,
    @Nullable String vs,
    @Nullable String peer,
    int rounds,
    boolean profile,
    int busy,
    boolean gcMinute,
    boolean slices,
    double warmUp) {

  static Arguments parse(String[] args) {
    boolean list = false;
    String workload = "";
    DType dtype = DType.FLOAT32;
    String backend = null;
    int repeat = 0;
    String vs = null;
    String peer = null;
    int rounds = 5;
    boolean profile = false;
    int busy = 0;
    boolean gcMinute = false;
    boolean slices = false;
    double warmUp = 0;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--list" -> list = true;
        case "--profile" -> profile = true;
        case "--busy" -> busy = Integer.parseInt(value(args, ++i));
        case "--gc-minute" -> gcMinute = true;
        case "--slices" -> slices = true;
        case "--warm-up" -> warmUp = Double.parseDouble(value(args, ++i));
        case "--workload" -> workload = value(args, ++i);
        case "--dtype" -> dtype = dtype(value(args, ++i));
        case "--backend" -> backend = value(args, ++i);
        case "--repeat" -> repeat = Integer.parseInt(value(args, ++i));
        case "--vs" -> vs = value(args, ++i);
        case "--peer" -> peer = value(args, ++i);
        case "--rounds" -> rounds = Integer.parseInt(value(args, ++i));
        default -> throw new IllegalArgumentException("unknown argument " + args[i]);
      }
    }
    if (!list && workload.isEmpty()) {
      throw new IllegalArgumentException("name a workload with --workload; --list names them");
    }
    return new Arguments(
        list, workload, dtype, backend, repeat, vs, peer, rounds, profile, busy, gcMinute, slices,
        warmUp);
  }

  private static String value(String[] args, int i) {
    if (i >= args.length) {
      throw new IllegalArgumentException(args[i - 1] + " needs a value");
    }
    return args[i];
  }

  private static DType dtype(String name) {
    return switch (name) {
      case "fp32" -> DType.FLOAT32;
      case "bf16" -> DType.BFLOAT16;
      default -> throw new IllegalArgumentException("--dtype is fp32 or bf16, not " + name);
    };
  }
}
