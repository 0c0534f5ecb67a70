package dev.mycel.core.internal;

import dev.mycel.core.Device;
import dev.mycel.core.DeviceException;
import dev.mycel.core.Messages;
import dev.mycel.core.spi.Backend;
import dev.mycel.core.spi.BackendProvider;
import dev.mycel.core.spi.Probe;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The backends on the class path: found once, probed once, opened when first used. */
final class Backends {
  private static final System.Logger LOG = System.getLogger("dev.mycel");
  private static final String PROPERTY = "mycel.backend";
  private static final List<String> TARGETS = List.of("CPU", "GPU", "Ascend");

  private final List<BackendProvider> providers = new ArrayList<>();
  private final Map<String, Probe> probes = new LinkedHashMap<>();
  private final Map<String, Backend> open = new ConcurrentHashMap<>();
  private volatile @Nullable Backend current;

  Backends() {
    ClassLoader application = Thread.currentThread().getContextClassLoader();
    load(ServiceLoader.load(BackendProvider.class, Backends.class.getClassLoader()));
    if (application != null) {
      load(ServiceLoader.load(BackendProvider.class, application));
    }
    providers.sort(Comparator.comparingInt(BackendProvider::rank).reversed());
  }

  private void load(ServiceLoader<BackendProvider> found) {
    for (var it = found.iterator(); it.hasNext(); ) {
      try {
        BackendProvider provider = it.next();
        if (providers.stream().noneMatch(p -> p.name().equals(provider.name()))) {
          providers.add(provider);
        }
      } catch (ServiceConfigurationError e) {
        LOG.log(
            System.Logger.Level.WARNING,
            "a backend on the class path could not be loaded: " + e.getMessage());
      }
    }
  }

  /** The backend for new tensors; opens the default on the first call. */
  Backend current() {
    Backend now = current;
    return now != null ? now : openDefault();
  }

  private synchronized Backend openDefault() {
    Backend now = current;
    if (now != null) {
      return now;
    }
    String wanted = System.getProperty(PROPERTY);
    if (wanted != null && !wanted.isBlank()) {
      return use(wanted.trim());
    }
    for (BackendProvider provider : providers) {
      Probe probe = probe(provider);
      if (probe.available()) {
        return current = open(provider);
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "backend " + provider.name() + " is not available: " + probe.sentence());
    }
    throw new DeviceException(unavailable("mycel: there is no usable backend"));
  }

  synchronized Backend use(String name) {
    for (BackendProvider provider : providers) {
      if (provider.name().equalsIgnoreCase(name)) {
        if (probe(provider).available()) {
          Backend wanted = open(provider);
          requireSameDevice("setBackend", wanted.device().target(), wanted.device().index());
          return current = wanted;
        }
        throw new DeviceException(
            unavailable(
                "setBackend: '" + name + "' is not available: " + probe(provider).sentence()));
      }
    }
    throw new DeviceException(unavailable("setBackend: there is no backend named '" + name + "'"));
  }

  synchronized void useDevice(String target, int index) {
    requireSameDevice("setDevice", target, index);
    if (current != null) {
      return;
    }
    for (BackendProvider provider : providers) {
      if (provider.target().equals(target) && probe(provider).available()) {
        Backend wanted = open(provider);
        if (wanted.device().index() == index) {
          current = wanted;
          return;
        }
      }
    }
    throw new DeviceException(
        listing(Messages.of("setDevice: " + target + ":" + index + " is not available")).text());
  }

  /** The device is chosen once: with the first backend that is named, asked for or used. */
  private void requireSameDevice(String op, String target, int index) {
    Backend now = current;
    if (now == null || now.device().target().equals(target) && now.device().index() == index) {
      return;
    }
    throw new DeviceException(
        listing(
                Messages.of(op + ": the device cannot change after it was chosen or used")
                    .line("in use", now.device())
                    .line("wanted", target + ":" + index))
            .hint("choose the device before anything else in the program")
            .text());
  }

  /** Forgets the choice; open backends stay open for the tensors that they own. */
  synchronized void forget() {
    current = null;
  }

  /** The open backend that owns a device. */
  Backend of(Device device) {
    Backend now = current();
    if (now.device() == device) {
      return now;
    }
    Backend other = open.get(device.backend());
    if (other == null) {
      throw new DeviceException("no open backend owns " + device);
    }
    return other;
  }

  /**
   * The reference backend, whose kernels stand in where another backend has none; null if it is not
   * on the class path.
   */
  @Nullable Backend reference() {
    Backend known = open.get("reference");
    if (known != null) {
      return known;
    }
    synchronized (this) {
      for (BackendProvider provider : providers) {
        if (provider.name().equals("reference")) {
          return open(provider);
        }
      }
    }
    return null;
  }

  synchronized Map<String, String> describe() {
    Map<String, String> lines = new LinkedHashMap<>();
    for (BackendProvider provider : providers) {
      Probe probe = probe(provider);
      lines.put(provider.name(), (probe.available() ? "available: " : "") + probe.sentence());
    }
    return lines;
  }

  private Backend open(BackendProvider provider) {
    return open.computeIfAbsent(provider.name(), n -> provider.open());
  }

  private Probe probe(BackendProvider provider) {
    return probes.computeIfAbsent(provider.name(), n -> provider.probe());
  }

  private String unavailable(String headline) {
    Messages message = Messages.of(headline);
    if (providers.isEmpty()) {
      message.hint(
          "add the dependency dev.mycel:mycel, which brings the backends onednn and reference");
    }
    return backendsOf(message).text();
  }

  private Messages backendsOf(Messages message) {
    for (BackendProvider provider : providers) {
      Probe probe = probe(provider);
      message.line(
          provider.name(),
          provider.target() + ", " + (probe.available() ? "available: " : "") + probe.sentence());
    }
    return message;
  }

  /** What is available and why the rest is not, with the targets that no backend is for. */
  private Messages listing(Messages message) {
    backendsOf(message);
    for (String target : TARGETS) {
      if (providers.stream().noneMatch(p -> p.target().equals(target))) {
        message.line(target, "not available: no backend for it is on the class path");
      }
    }
    return message;
  }
}
