package dev.mycel.test.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mycel.core.DType;
import org.junit.jupiter.api.Test;

class GcMinuteTest {
  @Test
  void countsCollections() throws Exception {
    String line = GcMinute.run(System::gc, "none", DType.FLOAT32, 0.2, 0.3);
    assertTrue(
        line.matches(
            "\\{\"workload\": \"none\", \"dtype\": \"fp32\", \"seconds\": [0-9.]+, \"steps\": \\d+,"
                + " \"collections\": [1-9]\\d*, \"longest_pause_ms\": \\d+, \"total_pause_ms\": \\d+,"
                + " \"warmup_longest_pause_ms\": \\d+}"),
        line);
  }
}
