package dev.mycel.core;

import java.util.List;

/** The targets that MindSpore knows. */
final class DeviceNames {
  private static final List<String> TARGETS = List.of("CPU", "GPU", "Ascend");

  private DeviceNames() {}

  /** The target as MindSpore writes it; refuses others, and negative numbers of devices. */
  static String checked(String target, int index) {
    Checks.notNull(target, "setDevice", "the target");
    String name =
        TARGETS.stream()
            .filter(t -> t.equalsIgnoreCase(target))
            .findFirst()
            .orElseThrow(
                () ->
                    new ArgumentException(
                        Messages.of("setDevice: there is no device '" + target + "'")
                            .hint("use CPU, GPU or Ascend; Mycel.backends() lists what is there")
                            .text()));
    Checks.notNegative("setDevice", "the device's number", index);
    return name;
  }
}
