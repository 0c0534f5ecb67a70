package dev.mycel.junit;

import dev.mycel.core.Interpreter;
import dev.mycel.core.Interpreters;
import dev.mycel.core.Messages;
import dev.mycel.core.Mycel;
import dev.mycel.core.Profile;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestInstanceFactoryContext;
import org.junit.jupiter.api.extension.TestInstancePreConstructCallback;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;

/** What {@link MycelTest} does. Its state is kept in the stores of JUnit's contexts. */
final class MycelExtension
    implements BeforeAllCallback,
        TestInstancePreConstructCallback,
        BeforeEachCallback,
        AfterEachCallback,
        AfterAllCallback,
        TestExecutionExceptionHandler,
        LifecycleMethodExecutionExceptionHandler {
  private static final Namespace NAMESPACE = Namespace.create(MycelExtension.class);
  private static final String SEED = "seed";
  private static final String BACKEND = "backend";
  private static final String BYTES = "bytes";

  // ---- before -----------------------------------------------------------------------------------

  @Override
  public void beforeAll(ExtensionContext context) {
    // With one instance for all methods its construction came before, and has begun everything.
    if (!isPerClass(context)) {
      store(context).put(BACKEND, Mycel.backend());
      start(context, annotation(context));
      store(context).put(BYTES, Leaks.settledBytes());
    }
  }

  @Override
  public void preConstructTestInstance(
      TestInstanceFactoryContext factory, ExtensionContext context) {
    if (factory.getOuterInstance().isPresent() || !isOfClass(context)) {
      return; // the outermost instance has begun the test, or its method does
    }
    boolean perClass = isPerClass(context);
    if (perClass) {
      store(context).put(BACKEND, Mycel.backend());
    }
    start(context, annotation(context));
    store(context).put(BYTES, perClass ? Leaks.settledBytes() : Leaks.heldBytes());
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    Store store = store(context);
    boolean ofMethod = AnnotationSupport.isAnnotated(context.getElement(), MycelTest.class);
    if (!isOfClass(context)) {
      store.put(BACKEND, Mycel.backend());
    }
    if (ofMethod || isPerClass(context)) {
      start(context, annotation(context));
    }
    if (ofMethod) {
      store.put(BYTES, Leaks.heldBytes());
    }
  }

  private static void start(ExtensionContext context, MycelTest test) {
    if (!test.backend().isEmpty()) {
      Mycel.setBackend(test.backend());
    }
    long seed = test.seed();
    if (seed == MycelTest.FRESH) {
      seed = new SplittableRandom().nextLong() >>> 1;
    }
    store(context).put(SEED, seed);
    Mycel.setSeed(seed);
  }

  // ---- after ------------------------------------------------------------------------------------

  @Override
  public void afterEach(ExtensionContext context) {
    try {
      checkStack(context);
      if (!isPerClass(context)) {
        checkMemory(context);
      }
    } finally {
      restoreBackend(context);
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    try {
      if (isPerClass(context)) {
        checkMemory(context);
      }
    } finally {
      restoreBackend(context);
    }
  }

  private static void restoreBackend(ExtensionContext context) {
    String before = store(context).get(BACKEND, String.class);
    if (before != null && !before.equals(Mycel.backend())) {
      Mycel.setBackend(before);
    }
  }

  private static void checkStack(ExtensionContext context) {
    Interpreter top = Interpreters.top();
    if (top == Interpreters.root()) {
      return;
    }
    while (Interpreters.top() instanceof Profile profile) {
      profile.close(); // so that the next test does not find it
    }
    throw new AssertionError(
        Messages.of("MycelTest: the test left an interpreter on the stack of its thread")
            .line("test", context.getDisplayName())
            .line("left", top)
            .line("seed", seed(context))
            .hint("close profiles by try-with-resources")
            .text());
  }

  private static void checkMemory(ExtensionContext context) {
    MycelTest test = annotation(context);
    Long before = store(context).get(BYTES, Long.class);
    if (before == null || !test.leaks() || context.getExecutionException().isPresent()) {
      return;
    }
    String backend = test.backend().isEmpty() ? null : test.backend();
    if (backend != null && !backend.equals(Mycel.backend())) {
      Mycel.setBackend(backend); // the test changed it; memory is each backend's own
    }
    long left = leftBehind(context, before);
    if (left > 0) {
      throw new AssertionError(
          Messages.of("MycelTest: memory is still held after the test")
              .line("test ", context.getDisplayName())
              .line("bytes", left)
              .line("seed ", seed(context))
              .hint("look for tensors in static fields and threads; leaks = false allows them")
              .text());
    }
  }

  private static long leftBehind(ExtensionContext context, long before) {
    if (Leaks.above(before) == 0) {
      return 0;
    }
    List<Object> instances =
        context.getTestInstances().map(all -> all.getAllInstances()).orElse(List.of());
    boolean cleared = true;
    for (Object instance : instances) {
      cleared &= Fields.clear(instance);
    }
    return cleared ? Leaks.above(before) : 0;
  }

  // ---- failures ---------------------------------------------------------------------------------

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    throw noted(context, failure);
  }

  @Override
  public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure)
      throws Throwable {
    throw noted(context, failure);
  }

  private static Throwable noted(ExtensionContext context, Throwable failure) {
    Long seed = store(context).get(SEED, Long.class);
    if (seed != null && !(failure instanceof TestAbortedException)) {
      failure.addSuppressed(new SeedNote(seed));
      context.publishReportEntry("mycel.seed", String.valueOf(seed));
    }
    return failure;
  }

  // ---- helpers ----------------------------------------------------------------------------------

  private static Store store(ExtensionContext context) {
    return context.getStore(NAMESPACE);
  }

  private static @Nullable Long seed(ExtensionContext context) {
    return store(context).get(SEED, Long.class);
  }

  private static boolean isPerClass(ExtensionContext context) {
    return isOfClass(context)
        && context.getTestInstanceLifecycle().filter(l -> l == Lifecycle.PER_CLASS).isPresent();
  }

  /** Whether the annotation stands on the class or one around it, not only on the method. */
  private static boolean isOfClass(ExtensionContext context) {
    return classAnnotation(context) != null;
  }

  private static @Nullable MycelTest classAnnotation(ExtensionContext context) {
    Class<?> type = context.getTestClass().orElse(null);
    while (type != null) {
      var found = AnnotationSupport.findAnnotation(type, MycelTest.class);
      if (found.isPresent()) {
        return found.get();
      }
      type = type.getEnclosingClass();
    }
    return null;
  }

  private static MycelTest annotation(ExtensionContext context) {
    var own = AnnotationSupport.findAnnotation(context.getElement(), MycelTest.class);
    MycelTest test = own.isPresent() ? own.get() : classAnnotation(context);
    if (test == null) {
      throw new IllegalStateException("the extension runs without its annotation");
    }
    return test;
  }
}
