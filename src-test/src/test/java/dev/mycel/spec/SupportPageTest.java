package dev.mycel.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mycel.autograd.VjpTable;
import dev.mycel.core.Primitive;
import dev.mycel.core.spi.BackendProvider;
import dev.mycel.core.spi.KernelTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/support.md} is what the kernel tables say; {@code -Dmycel.write=true} writes it anew.
 */
final class SupportPageTest {
  private static final Path PAGE = ConformanceTable.PAGE;

  @Test
  void thePageIsWhatTheTablesSay() throws IOException, ReflectiveOperationException {
    String page = page() + ConformanceTable.tail(Files.readString(PAGE));
    if (Boolean.getBoolean("mycel.write")) {
      Files.writeString(PAGE, page);
    }
    assertEquals(
        page,
        Files.readString(PAGE),
        "docs/support.md is out of date: run this test with -Dmycel.write=true and commit the page");
  }

  /** Kernel tables by the name of the backend. */
  static Map<String, KernelTable> tables() {
    Map<String, KernelTable> backends = new LinkedHashMap<>();
    ServiceLoader.load(BackendProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(p -> p.rank() >= 0) // below are those of tests
        .sorted(Comparator.comparing(BackendProvider::name))
        .forEach(p -> backends.put(p.name(), p.open().kernels()));
    return backends;
  }

  private static String page() throws ReflectiveOperationException {
    Map<String, KernelTable> backends = tables();
    StringBuilder out = new StringBuilder();
    out.append("# What each backend computes itself\n\n");
    out.append("Generated from the kernel tables by `SupportPageTest`; do not edit.\n\n");
    out.append("In the gradient column, *row* means a gradient row of its own, *parts* that the");
    out.append(" gradient goes through the decomposition,\nand *flat* that there is none.");
    out.append(" For a backend, *parts* means that it computes the decomposition, *view* that");
    out.append(" only strides\nchange, and *host* that the reference kernel runs on copies.");
    out.append(" Every primitive works on every backend.\n\n");
    List<Primitive<?>> all =
        SpecTest.primitives().stream().sorted(Comparator.comparing(Primitive::name)).toList();
    out.append("| primitive | gradient | ").append(String.join(" | ", backends.keySet()));
    out.append(" |\n|---|---|").append("---|".repeat(backends.size())).append('\n');
    for (Primitive<?> p : all) {
      out.append("| `").append(p.name()).append("` | ").append(gradient(p)).append(" |");
      backends.values().forEach(t -> out.append(' ').append(kernel(p, t)).append(" |"));
      out.append('\n');
    }
    out.append('\n').append(all.size()).append(" primitives.");
    backends.forEach(
        (name, t) ->
            out.append(' ')
                .append(name)
                .append(" has kernels of its own for ")
                .append(all.stream().filter(t::has).count())
                .append('.'));
    return out.append('\n').toString();
  }

  private static String gradient(Primitive<?> p) {
    return VjpTable.hasRow(p) ? "row" : VjpTable.isFlat(p) ? "flat" : "parts";
  }

  private static String kernel(Primitive<?> p, KernelTable table) {
    if (table.has(p)) {
      return table.entries(p).stream()
          .map(e -> e.note())
          .distinct()
          .collect(Collectors.joining("; "));
    }
    return p.isView() ? "view" : p.isComposite() ? "parts" : "host";
  }
}
