package dev.mycel.misuse;

import dev.mycel.autograd.Autograd;
import dev.mycel.core.Tensor;
import dev.mycel.core.spi.BackendProvider;
import dev.mycel.nn.Cell;
import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleFinder;
import java.lang.reflect.InvocationTargetException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import javax.tools.ToolProvider;
import org.apache.commons.math3.special.Gamma;
import org.jspecify.annotations.NullMarked;

/** A named module whose author forgot the {@code opens} line, compiled and run in a layer. */
final class ClosedModule {
  private static final String DESCRIPTOR =
      "module closed.app { requires dev.mycel.nn; exports closed.app; }";
  private static final String NET =
      """
      package closed.app;

      import dev.mycel.core.Tensor;
      import dev.mycel.nn.Cell;
      import dev.mycel.nn.layer.Dense;

      public final class Net extends Cell<Tensor, Tensor> implements Runnable {
        private final Dense dense = new Dense(2, 1);

        @Override
        protected Tensor construct(Tensor x) {
          return dense.call(x);
        }

        @Override
        public void run() {
          trainableParams();
        }
      }
      """;

  private ClosedModule() {}

  /** Asks a cell of that module for its parameters. */
  static void askForParameters(Path folder) throws IOException {
    List<Path> path = compile(folder);
    Configuration configuration =
        ModuleLayer.boot()
            .configuration()
            .resolveAndBind(
                ModuleFinder.of(path.toArray(Path[]::new)),
                ModuleFinder.of(),
                Set.of("closed.app"));
    ModuleLayer layer =
        ModuleLayer.defineModulesWithOneLoader(
                configuration, List.of(ModuleLayer.boot()), ClassLoader.getPlatformClassLoader())
            .layer();
    try {
      ((Runnable)
              layer
                  .findLoader("closed.app")
                  .loadClass("closed.app.Net")
                  .getConstructor()
                  .newInstance())
          .run();
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("the cell could not be made", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Where the module and what it needs lie. */
  private static List<Path> compile(Path folder) throws IOException {
    List<Path> path = new ArrayList<>();
    for (Class<?> c :
        List.of(Tensor.class, Autograd.class, Cell.class, Gamma.class, NullMarked.class)) {
      path.add(location(c));
    }
    ServiceLoader.load(BackendProvider.class).stream()
        .filter(p -> p.type().getName().contains(".reference."))
        .forEach(p -> path.add(location(p.type())));
    Path sources = Files.createDirectories(folder.resolve("sources/closed/app"));
    Path descriptor = folder.resolve("sources/module-info.java");
    Files.writeString(descriptor, DESCRIPTOR);
    Files.writeString(sources.resolve("Net.java"), NET);
    Path classes = folder.resolve("classes");
    String modules =
        String.join(java.io.File.pathSeparator, path.stream().map(Path::toString).toList());
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "--release",
                "17",
                "-p",
                modules,
                "-d",
                classes.toString(),
                descriptor.toString(),
                sources.resolve("Net.java").toString());
    if (failed != 0) {
      throw new IllegalStateException("the module does not compile");
    }
    path.add(classes);
    return path;
  }

  private static Path location(Class<?> c) {
    try {
      return Path.of(c.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
