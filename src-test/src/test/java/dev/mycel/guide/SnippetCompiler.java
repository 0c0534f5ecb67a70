package dev.mycel.guide;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles the blocks of a page in memory, each as the body of a method. */
final class SnippetCompiler {
  /** What every block may use without importing it; the page says so at its head. */
  private static final List<String> PACKAGES =
      List.of(
          "java.nio.file.*",
          "java.util.*",
          "java.util.function.*",
          "dev.mycel.autograd.*",
          "dev.mycel.checkpoint.*",
          "dev.mycel.core.*",
          "dev.mycel.nn.*",
          "dev.mycel.nn.amp.*",
          "dev.mycel.nn.init.*",
          "dev.mycel.nn.layer.*",
          "dev.mycel.nn.loss.*",
          "dev.mycel.optim.*",
          "dev.mycel.optim.amp.*",
          "dev.mycel.optim.schedule.*",
          "dev.mycel.train.*");

  /** Names that two of the packages have; the page means these. */
  private static final List<String> SINGLE =
      List.of(
          "dev.mycel.core.Random",
          "dev.mycel.nn.layer.Identity",
          "dev.mycel.train.metrics.Metrics");

  private static final List<String> STATICS =
      List.of(
          "dev.mycel.autograd.Autograd.*",
          "dev.mycel.checkpoint.Checkpoints.*",
          "dev.mycel.core.Ops.*",
          "dev.mycel.core.Random.*",
          "dev.mycel.nn.init.Initializers.*");

  private static final String NAME = "Snippet";

  private SnippetCompiler() {}

  /**
   * The class of {@code snippet}, with a method {@code run(Consumer<Object> out, Path folder)}.
   *
   * @throws AssertionError with the compiler's messages, if it does not compile
   */
  static Class<?> compile(Snippet snippet) throws ClassNotFoundException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    if (compiler == null) {
      throw new IllegalStateException("this test needs a JDK, not only a Java runtime");
    }
    DiagnosticCollector<JavaFileObject> messages = new DiagnosticCollector<>();
    Map<String, ByteArrayOutputStream> classes = new HashMap<>();
    boolean done =
        compiler
            .getTask(
                null,
                inMemory(compiler.getStandardFileManager(messages, null, null), classes),
                messages,
                List.of("-proc:none", "-Xlint:none"),
                null,
                List.of(source(wrapped(snippet))))
            .call();
    if (!done) {
      throw new AssertionError(
          "the block of line "
              + snippet.line()
              + " does not compile:\n"
              + messages.getDiagnostics().stream()
                  .filter(d -> d.getKind() == Diagnostic.Kind.ERROR)
                  .map(Object::toString)
                  .collect(Collectors.joining("\n"))
              + "\n"
              + snippet.code());
    }
    return new Loader(classes).loadClass(NAME);
  }

  private static String wrapped(Snippet snippet) {
    StringBuilder text = new StringBuilder();
    PACKAGES.forEach(p -> text.append("import ").append(p).append(";\n"));
    SINGLE.forEach(p -> text.append("import ").append(p).append(";\n"));
    STATICS.forEach(p -> text.append("import static ").append(p).append(";\n"));
    return text.append("public final class " + NAME + " {\n")
        .append("  private static Consumer<Object> out;\n")
        .append("  private static void print(Object o) { out.accept(o); }\n")
        .append("  public static void run(Consumer<Object> to, Path folder) throws Exception {\n")
        .append("    out = to;\n")
        .append(snippet.code())
        .append("  }\n}\n")
        .toString();
  }

  private static JavaFileObject source(String text) {
    return new SimpleJavaFileObject(
        URI.create("memory:///" + NAME + ".java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }

  private static JavaFileManager inMemory(
      JavaFileManager standard, Map<String, ByteArrayOutputStream> classes) {
    return new ForwardingJavaFileManager<>(standard) {
      @Override
      public JavaFileObject getJavaFileForOutput(
          Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
        return new SimpleJavaFileObject(URI.create("memory:///" + name + ".class"), kind) {
          @Override
          public OutputStream openOutputStream() {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            classes.put(name, bytes);
            return bytes;
          }
        };
      }
    };
  }

  private static final class Loader extends ClassLoader {
    private final Map<String, ByteArrayOutputStream> classes;

    Loader(Map<String, ByteArrayOutputStream> classes) {
      super(SnippetCompiler.class.getClassLoader());
      this.classes = classes;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      ByteArrayOutputStream bytes = classes.get(name);
      if (bytes == null) {
        throw new ClassNotFoundException(name);
      }
      return defineClass(name, bytes.toByteArray(), 0, bytes.size());
    }
  }
}
