package dev.mycel.core;

import java.util.ServiceLoader;

/** Finds the bottom interpreter once. */
final class Root {
  private Root() {}

  private static final class Holder {
    // The class loader of this class: the implementation lies in the same module.
    static final RootInterpreter INSTANCE =
        ServiceLoader.load(RootInterpreter.class, Root.class.getClassLoader())
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "mycel-core: its own service file META-INF/services/"
                            + RootInterpreter.class.getName()
                            + " is missing; a shaded jar must merge service files"));
  }

  static RootInterpreter get() {
    return Holder.INSTANCE;
  }
}
