package dev.mycel.checkpoint;

import dev.mycel.checkpoint.names.NameMap;
import dev.mycel.core.Scope;
import dev.mycel.core.Tensor;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Saves parameters to files and loads them, in MindSpore's {@code .ckpt} format: MindSpore reads
 * what this writes, and the other way round. {@link #open(Path)} reads other formats too, and
 * {@code saveSafetensors}, {@code saveNpy} and {@code saveNpz} write some of them.
 *
 * <pre>{@code
 * saveCheckpoint(net, Path.of("lenet.ckpt"));
 * loadParamIntoNet(fresh, loadCheckpoint(Path.of("lenet.ckpt")));
 * }</pre>
 *
 * <p>A file is complete or not there at all: it is written under a temporary name in its folder and
 * then renamed. Save a training cell or an optimiser to save the optimiser's state too.
 */
public final class Checkpoints {
  private Checkpoints() {}

  // ---- saving -----------------------------------------------------------------------------------

  /**
   * Saves all parameters of a cell, trainable or not, and its persistent buffers.
   *
   * @param file gets the suffix {@code .ckpt} if it has not; an existing file is replaced
   * @return the file that was written
   */
  public static Path saveCheckpoint(Cell<?, ?> cell, Path file) {
    return saveCheckpoint(cell, file, SaveOptions.defaults());
  }

  /** Saves the parameters of a cell as the options say. */
  public static Path saveCheckpoint(Cell<?, ?> cell, Path file, SaveOptions options) {
    return saveCheckpoint(cell.variablesDict(), file, options);
  }

  /** Saves parameters under their names. */
  public static Path saveCheckpoint(List<Parameter> parameters, Path file) {
    return saveCheckpoint(parameters, file, SaveOptions.defaults());
  }

  /** Saves parameters under their names as the options say. */
  public static Path saveCheckpoint(List<Parameter> parameters, Path file, SaveOptions options) {
    return collected(
        CheckpointWriter.OP,
        items -> items.addParameters(parameters, options.choice),
        items -> CheckpointWriter.write(items, file, options));
  }

  /**
   * Saves named values in the order of the map.
   *
   * @param entries variables (parameters among them), tensors, strings, numbers or booleans
   */
  public static Path saveCheckpoint(Map<String, ?> entries, Path file) {
    return saveCheckpoint(entries, file, SaveOptions.defaults());
  }

  /** Saves named values in the order of the map as the options say. */
  public static Path saveCheckpoint(Map<String, ?> entries, Path file, SaveOptions options) {
    return collected(
        CheckpointWriter.OP,
        items -> items.addAll(entries, options.choice),
        items -> CheckpointWriter.write(items, file, options));
  }

  /** Saves values that are listed as MindSpore lists them. */
  public static Path saveCheckpoint(Collection<? extends Map<String, ?>> entries, Path file) {
    return saveCheckpoint(entries, file, SaveOptions.defaults());
  }

  /**
   * Saves values that are listed as MindSpore lists them, as the options say.
   *
   * @param entries maps of two keys: {@code name}, a string, and {@code data}, a tensor or a
   *     variable (parameters among them)
   */
  public static Path saveCheckpoint(
      Collection<? extends Map<String, ?>> entries, Path file, SaveOptions options) {
    return collected(
        CheckpointWriter.OP,
        items -> items.addListed(entries, options.choice),
        items -> CheckpointWriter.write(items, file, options));
  }

  // ---- saving in the background -----------------------------------------------------------------

  /** Saves all parameters of a cell while the program goes on. */
  public static CompletableFuture<Path> saveCheckpointAsync(Cell<?, ?> cell, Path file) {
    return saveCheckpointAsync(cell, file, SaveOptions.defaults());
  }

  /**
   * Saves the parameters of a cell as the options say, while the program goes on; MindSpore's
   * {@code async_save}.
   *
   * <p>The file gets the values of this moment, whatever is written to the parameters afterwards:
   * nothing is copied now, and an update in place takes other memory as long as the save lasts. One
   * save runs at a time. Every save, of either kind, waits first for the one before. The thread
   * keeps the JVM alive until the file is there.
   *
   * @return the file, once it is written; if that fails, the error that {@link
   *     #saveCheckpoint(Cell, Path)} throws, which is logged too, so that it is not lost if nobody
   *     asks. Cancelling does not stop the save.
   * @throws dev.mycel.core.ArgumentException at once, for what cannot be saved
   */
  public static CompletableFuture<Path> saveCheckpointAsync(
      Cell<?, ?> cell, Path file, SaveOptions options) {
    return saveCheckpointAsync(cell.variablesDict(), file, options);
  }

  /** Saves parameters under their names while the program goes on. */
  public static CompletableFuture<Path> saveCheckpointAsync(
      List<Parameter> parameters, Path file, SaveOptions options) {
    return saveAsync(items -> items.addParameters(parameters, options.choice), file, options);
  }

  /** Saves named values in the order of the map while the program goes on. */
  public static CompletableFuture<Path> saveCheckpointAsync(
      Map<String, ?> entries, Path file, SaveOptions options) {
    return saveAsync(items -> items.addAll(entries, options.choice), file, options);
  }

  private static CompletableFuture<Path> saveAsync(
      Consumer<Items> collect, Path file, SaveOptions options) {
    return collected(
        CheckpointWriter.OP,
        collect,
        items -> CheckpointWriter.writeInBackground(items, file, options));
  }

  /** Collects what is to be written, and writes it before tensors that were made for it end. */
  private static <T> T collected(String op, Consumer<Items> collect, Function<Items, T> write) {
    try (Scope scope = Scope.open()) {
      Items items = new Items(op);
      collect.accept(items);
      return write.apply(items);
    }
  }

  // ---- safetensors ------------------------------------------------------------------------------

  /**
   * Saves all parameters and persistent buffers of a cell as safetensors, with the bytes that the
   * reference library writes for the same tensors.
   *
   * @param file gets the suffix {@code .safetensors} if it has not; an existing file is replaced
   * @return the file that was written
   */
  public static Path saveSafetensors(Cell<?, ?> cell, Path file) {
    return saveSafetensors(cell.variablesDict(), file);
  }

  /** Saves parameters under their names as safetensors. */
  public static Path saveSafetensors(List<Parameter> parameters, Path file) {
    return collected(
        SafetensorsWriter.OP,
        items -> items.addParameters(parameters, name -> true),
        items -> SafetensorsWriter.write(items, file, SafetensorsOptions.defaults()));
  }

  /**
   * Saves named values as safetensors.
   *
   * @param entries variables (parameters among them), tensors, numbers or booleans; strings become
   *     metadata
   */
  public static Path saveSafetensors(Map<String, ?> entries, Path file) {
    return saveSafetensors(entries, file, SafetensorsOptions.defaults());
  }

  /**
   * Saves named values as safetensors as the options say.
   *
   * @return the file that was written, or the index if there are several. A set is written so that
   *     an index is there only while all its files are.
   */
  public static Path saveSafetensors(
      Map<String, ?> entries, Path file, SafetensorsOptions options) {
    return collected(
        SafetensorsWriter.OP,
        items -> items.addAll(entries, options.choice),
        items -> SafetensorsWriter.write(items, file, options));
  }

  // ---- NumPy ------------------------------------------------------------------------------------

  /**
   * Saves a tensor as {@code np.save} saves an array, with the same bytes. NumPy does not know
   * bfloat16, which is written as {@code ml_dtypes} makes it: {@code
   * np.load(file).view(ml_dtypes.bfloat16)} gives it back.
   *
   * @param file gets the suffix {@code .npy} if it has not; an existing file is replaced
   * @return the file that was written
   */
  public static Path saveNpy(Tensor tensor, Path file) {
    return collected(
        NumpyWriter.SAVE_NPY,
        items -> items.add(NpyFile.ENTRY, tensor),
        items -> NumpyWriter.writeNpy(items, file));
  }

  /**
   * Saves all parameters of a cell as an archive of NumPy, which {@code np.load} opens.
   *
   * @param file gets the suffix {@code .npz} if it has not; an existing file is replaced
   * @return the file that was written
   */
  public static Path saveNpz(Cell<?, ?> cell, Path file) {
    return saveNpz(cell, file, NpzOptions.defaults());
  }

  /** Saves the parameters of a cell as an archive of NumPy as the options say. */
  public static Path saveNpz(Cell<?, ?> cell, Path file, NpzOptions options) {
    return saveNpz(cell.variablesDict(), file, options);
  }

  /** Saves parameters under their names as an archive of NumPy. */
  public static Path saveNpz(List<Parameter> parameters, Path file) {
    return saveNpz(parameters, file, NpzOptions.defaults());
  }

  /** Saves parameters under their names as an archive of NumPy as the options say. */
  public static Path saveNpz(List<Parameter> parameters, Path file, NpzOptions options) {
    return collected(
        NumpyWriter.SAVE_NPZ,
        items -> items.addParameters(parameters, options.choice),
        items -> NumpyWriter.writeNpz(items, file, options));
  }

  /**
   * Saves named values as an archive of NumPy, in the order of the map.
   *
   * @param entries variables (parameters among them), tensors, numbers or booleans; strings are
   *     refused, because the archive holds arrays alone
   */
  public static Path saveNpz(Map<String, ?> entries, Path file) {
    return saveNpz(entries, file, NpzOptions.defaults());
  }

  /** Saves named values as an archive of NumPy as the options say. */
  public static Path saveNpz(Map<String, ?> entries, Path file, NpzOptions options) {
    return collected(
        NumpyWriter.SAVE_NPZ,
        items -> items.addAll(entries, options.choice),
        items -> NumpyWriter.writeNpz(items, file, options));
  }

  // ---- opening ----------------------------------------------------------------------------------

  /**
   * Opens a checkpoint of any format that is known, which its content tells and not its name.
   *
   * @return what is in the file; close it when everything wanted is loaded
   * @throws CheckpointException if the file cannot be read, is of no known format, is damaged or
   *     asks for more than {@link Limits#defaults}
   */
  public static CheckpointFile open(Path file) {
    return open(file, Limits.defaults());
  }

  /** Opens a checkpoint of any format within those limits. */
  public static CheckpointFile open(Path file, Limits limits) {
    return FileFormats.open(file, limits, null);
  }

  /** Opens an encrypted checkpoint with its key. */
  public static CheckpointFile open(Path file, Encryption encryption) {
    return open(file, Limits.defaults(), encryption);
  }

  /**
   * Opens an encrypted checkpoint with its key, within those limits.
   *
   * @throws CheckpointException also if the file is not encrypted, or with another key or mode
   */
  public static CheckpointFile open(Path file, Limits limits, Encryption encryption) {
    return FileFormats.open(file, limits, encryption);
  }

  // ---- wholeness --------------------------------------------------------------------------------

  /**
   * Reads a {@code .ckpt} file to its end, to tell whether it is whole: it must have a check sum
   * ({@link SaveOptions#crcCheck}), which must be that of its content, and entries that can be
   * read. Nothing is loaded.
   *
   * @throws CheckpointException if the file is not whole; the message tells why
   */
  public static void verify(Path file) {
    WholeFile.verify(file);
  }

  /**
   * Whether a file is what a process left behind that was killed while it saved: hidden, with a
   * name of its own, and of no use to anybody.
   */
  public static boolean isLeftover(Path file) {
    return AtomicFile.isLeftover(file);
  }

  // ---- loading ----------------------------------------------------------------------------------

  /**
   * Reads a file.
   *
   * @param file a name that ends in {@code .ckpt}
   * @return its parameters by name, in the file's order, and its strings
   */
  public static LoadedParameters loadCheckpoint(Path file) {
    return loadCheckpoint(file, LoadOptions.defaults());
  }

  /** Reads what the options choose of a file. */
  public static LoadedParameters loadCheckpoint(Path file, LoadOptions options) {
    if (!hasSuffix(file)) {
      throw new Problems("loadCheckpoint", file)
          .of(
              "the name does not end in " + CheckpointWriter.SUFFIX,
              "Checkpoints.open reads files of any format and name");
    }
    return CheckpointReader.read(file, options);
  }

  /** Reads a file and loads it into a network. */
  public static LoadedParameters loadCheckpoint(Path file, Cell<?, ?> net) {
    return loadCheckpoint(file, net, LoadOptions.defaults(), LoadMode.LENIENT);
  }

  /**
   * Reads what the options choose of a file and loads it into a network.
   *
   * @param mode how far entries may differ from the network; {@link LoadMode#STRICT} is MindSpore's
   *     {@code strict_load}
   */
  public static LoadedParameters loadCheckpoint(
      Path file, Cell<?, ?> net, LoadOptions options, LoadMode mode) {
    LoadedParameters loaded = loadCheckpoint(file, options);
    loadParamIntoNet(net, loaded, mode);
    return loaded;
  }

  /** Reads a file on another thread. */
  public static CompletableFuture<LoadedParameters> loadCheckpointAsync(Path file) {
    return loadCheckpointAsync(file, LoadOptions.defaults());
  }

  /**
   * Reads what the options choose of a file on another thread, which does not keep the JVM alive.
   *
   * @return the parameters, or the error that {@link #loadCheckpoint(Path, LoadOptions)} throws
   */
  public static CompletableFuture<LoadedParameters> loadCheckpointAsync(
      Path file, LoadOptions options) {
    return CompletableFuture.supplyAsync(
        () -> loadCheckpoint(file, options),
        task -> {
          Thread thread = new Thread(task, "mycel-load");
          thread.setDaemon(true);
          thread.start();
        });
  }

  /**
   * Whether a file's name ends in {@code .ckpt}, its records are whole and its check sum, if it has
   * one, is right. What is wrong is logged. Encrypted files are not whole for it.
   *
   * @throws CheckpointException if the file cannot be read
   */
  public static boolean checkCheckpoint(Path file) {
    return hasSuffix(file) && CheckpointReader.isWhole(file);
  }

  private static boolean hasSuffix(Path file) {
    Path name = file.getFileName();
    return name != null && name.toString().endsWith(CheckpointWriter.SUFFIX);
  }

  /** Copies the parameters of a map into those of a network that have their names. */
  public static LoadResult loadParamIntoNet(Cell<?, ?> net, Map<String, Parameter> parameters) {
    return loadParamIntoNet(net, parameters, LoadMode.LENIENT);
  }

  /**
   * Copies the parameters of a map into those of a network. Shapes must be equal, but for further
   * axes of extent 1 at the end of the map's. Everything is checked before the first parameter
   * changes.
   *
   * @return the names that found no counterpart
   */
  public static LoadResult loadParamIntoNet(
      Cell<?, ?> net, Map<String, Parameter> parameters, LoadMode mode) {
    return NetLoader.load(net, parameters, mode);
  }

  // ---- loading by maps of names
  // -------------------------------------------------------------------

  /**
   * Loads a file of any format into a network, whose parameters the map finds under other names:
   *
   * <pre>{@code
   * load(Path.of("resnet.pt"), net, NameMap.fromPyTorch(net), MappingMode.STRICT);
   * }</pre>
   *
   * <p>Entries that no parameter takes are not read, and a refused load changes nothing.
   *
   * @return what became of each parameter and entry
   * @throws MappingException if the two do not fit as the mode demands; it has the report
   * @throws CheckpointException if the file cannot be read
   */
  public static MappingReport load(Path file, Cell<?, ?> net, NameMap map, MappingMode mode) {
    try (CheckpointFile open = open(file)) {
      return load(open, net, map, mode);
    }
  }

  /** Loads an open checkpoint into a network by a map of names. */
  public static MappingReport load(
      CheckpointFile file, Cell<?, ?> net, NameMap map, MappingMode mode) {
    return MappedLoader.load(file, net, map, mode);
  }

  /**
   * Loads named values into a network by a map of names.
   *
   * @param entries variables (parameters among them) or tensors by name
   */
  public static MappingReport load(
      Map<String, ?> entries, Cell<?, ?> net, NameMap map, MappingMode mode) {
    return MappedLoader.load(entries, net, map, mode);
  }

  /**
   * Reads a map of names from a text file in UTF-8; {@link NameMap#parse} tells the rules.
   *
   * @throws CheckpointException if the file cannot be read, is no map, or is longer than a map may
   *     be; the message has the line
   */
  public static NameMap readNameMap(Path file) {
    return NameMapFile.read(file);
  }
}
