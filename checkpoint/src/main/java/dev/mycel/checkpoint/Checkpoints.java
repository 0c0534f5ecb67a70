package dev.mycel.checkpoint;

import dev.mycel.core.Scope;
import dev.mycel.nn.Cell;
import dev.mycel.nn.Parameter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.zip.CRC32;

/**
 * Saves parameters to files and loads them, in MindSpore's {@code .ckpt} format: MindSpore reads
 * what this writes, and the other way round. {@link #open(Path)} reads other formats too, and
 * {@code saveSafetensors} writes one of them.
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
  private static final String SUFFIX = ".ckpt";

  private Checkpoints() {}

  // ---- saving -----------------------------------------------------------------------------------

  /**
   * Saves all parameters of a cell, trainable or not.
   *
   * @param file gets the suffix {@code .ckpt} if it has not; an existing file is replaced
   * @return the file that was written
   */
  public static Path saveCheckpoint(Cell<?, ?> cell, Path file) {
    return saveCheckpoint(cell, file, SaveOptions.defaults());
  }

  /** Saves the parameters of a cell as the options say. */
  public static Path saveCheckpoint(Cell<?, ?> cell, Path file, SaveOptions options) {
    return saveCheckpoint(cell.parametersDict(), file, options);
  }

  /** Saves parameters under their names. */
  public static Path saveCheckpoint(List<Parameter> parameters, Path file) {
    return saveCheckpoint(parameters, file, SaveOptions.defaults());
  }

  /** Saves parameters under their names as the options say. */
  public static Path saveCheckpoint(List<Parameter> parameters, Path file, SaveOptions options) {
    try (Scope scope = Scope.open()) {
      Items items = new Items();
      items.addParameters(parameters, options.choice);
      return save(items, file, options);
    }
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
    try (Scope scope = Scope.open()) {
      Items items = new Items();
      items.addAll(entries, options.choice);
      return save(items, file, options);
    }
  }

  private static Path save(Items items, Path file, SaveOptions options) {
    Predicate<String> every = name -> true;
    items.addAll(options.append, every);
    List<Item> all = items.all();
    Path target = withSuffix(file);
    Problems problems = new Problems("saveCheckpoint", target);
    AtomicFile.write(problems, target, out -> write(all, out, options.crcCheck));
    return target;
  }

  private static void write(List<Item> items, OutputStream out, boolean crcCheck)
      throws IOException {
    CRC32 crc = new CRC32();
    OutputStream sink = crcCheck ? PieceStream.checked(out, crc) : out;
    new RecordWriter(sink).write(items);
    if (crcCheck) {
      Trailer.write(out, crc.getValue());
    }
  }

  private static Path withSuffix(Path file) {
    Path name = file.getFileName();
    if (name == null) {
      throw new Problems("saveCheckpoint", file).of("this is no file", "name a file");
    }
    String text = name.toString();
    return text.endsWith(SUFFIX) ? file : file.resolveSibling(text + SUFFIX);
  }

  // ---- safetensors ------------------------------------------------------------------------------

  /**
   * Saves all parameters of a cell as safetensors, with the bytes that the reference library writes
   * for the same tensors.
   *
   * @param file gets the suffix {@code .safetensors} if it has not; an existing file is replaced
   * @return the file that was written
   */
  public static Path saveSafetensors(Cell<?, ?> cell, Path file) {
    return saveSafetensors(cell.parametersDict(), file);
  }

  /** Saves parameters under their names as safetensors. */
  public static Path saveSafetensors(List<Parameter> parameters, Path file) {
    try (Scope scope = Scope.open()) {
      Items items = new Items(SafetensorsWriter.OP);
      items.addParameters(parameters, name -> true);
      return SafetensorsWriter.write(items, file, SafetensorsOptions.defaults());
    }
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
    try (Scope scope = Scope.open()) {
      Items items = new Items(SafetensorsWriter.OP);
      items.addAll(entries, options.choice);
      return SafetensorsWriter.write(items, file, options);
    }
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
    return FileFormats.open(file, limits);
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
    Path name = file.getFileName();
    if (name == null || !name.toString().endsWith(SUFFIX)) {
      throw new Problems("loadCheckpoint", file)
          .of("the name does not end in " + SUFFIX, "only this format is supported");
    }
    return CheckpointReader.read(file, options);
  }

  /** Reads a file and loads it into a network. */
  public static LoadedParameters loadCheckpoint(Path file, Cell<?, ?> net) {
    LoadedParameters loaded = loadCheckpoint(file);
    loadParamIntoNet(net, loaded);
    return loaded;
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
}
