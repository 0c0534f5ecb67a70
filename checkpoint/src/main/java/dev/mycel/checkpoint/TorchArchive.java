package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The zip format of {@code torch.save}: {@code data.pkl} is the pickle, {@code data/KEY} the
 * storages, {@code byteorder} the order of their bytes, all in a folder of any name.
 */
final class TorchArchive {
  private static final String PICKLE = "/data.pkl";
  private static final int LONGEST_ORDER = 16;

  private final ZipDirectory zip;
  private final long fileBytes;
  private final Limits limits;
  private final Problems problems;

  private TorchArchive(ZipDirectory zip, long fileBytes, Limits limits, Problems problems) {
    this.zip = zip;
    this.fileBytes = fileBytes;
    this.limits = limits;
    this.problems = problems;
  }

  /**
   * Reads the pickle of an archive.
   *
   * @param fileBytes bytes of the whole file
   */
  static TorchFile.Contents read(ZipDirectory zip, long fileBytes, Limits limits, Problems problems)
      throws IOException {
    return new TorchArchive(zip, fileBytes, limits, problems).read();
  }

  /** Whether an entry of that name makes an archive one of PyTorch's. */
  static boolean isPickle(String name) {
    int folder = name.length() - PICKLE.length();
    return folder > 0 && name.endsWith(PICKLE) && name.indexOf('/') == folder;
  }

  private TorchFile.Contents read() throws IOException {
    ZipDirectory.Entry pickle = pickle();
    String root = pickle.name().substring(0, pickle.name().length() - PICKLE.length());
    refusePrograms(root);
    if (pickle.size() > limits.headerBytes) {
      throw problems.entry(
          pickle.name(),
          pickle.start(),
          "the pickle has " + pickle.size() + " bytes",
          "if it shall have so many, raise Limits.headerBytes");
    }
    ByteSource bytes = zip.content(pickle);
    zip.verify(pickle, bytes);
    PickleInput in = new PickleInput(bytes, 0, bytes.size(), pickle.name(), problems);
    TorchObjects objects = new TorchObjects(in);
    PickleValue value = new PickleMachine(in, objects, limits).run();
    if (in.left() > 0) {
      throw in.damaged(in.position(), in.left() + " bytes follow the pickle's STOP");
    }
    TorchTree tree = TorchTree.of(value, in, limits);
    TorchSizes.check(tree, in, fileBytes, limits);
    return new TorchFile.Contents(
        tree.tensors(), tree.texts(), storages(root, objects), order(root));
  }

  private ZipDirectory.Entry pickle() {
    ZipDirectory.Entry found = null;
    for (ZipDirectory.Entry entry : zip.entries().values()) {
      if (!isPickle(entry.name())) {
        continue;
      }
      if (found != null) {
        throw zip.damaged(entry, "the archive has a second pickle beside '" + found.name() + "'");
      }
      found = entry;
    }
    if (found == null) {
      throw problems.at(
          0,
          "the archive has no entry data.pkl in a folder",
          "torch.save writes one; another kind of zip archive is no checkpoint");
    }
    return found;
  }

  private void refusePrograms(String root) {
    ZipDirectory.Entry constants = zip.find(root + "/constants.pkl");
    if (constants != null) {
      throw problems.entry(
          constants.name(),
          constants.header(),
          "this is a TorchScript program, which is code",
          "load it with torch.jit.load and save its state_dict() with torch.save");
    }
  }

  private ByteOrder order(String root) throws IOException {
    ZipDirectory.Entry entry = zip.find(root + "/byteorder");
    if (entry == null) {
      return ByteOrder.LITTLE_ENDIAN; // PyTorch before 2.1 did not say, and ran on such machines
    }
    String order = "";
    if (entry.size() <= LONGEST_ORDER) {
      ByteSource bytes = zip.content(entry);
      zip.verify(entry, bytes);
      byte[] text = new byte[(int) bytes.size()];
      bytes.read(ByteBuffer.wrap(text), 0);
      order = new String(text, StandardCharsets.ISO_8859_1);
    }
    return switch (order) {
      case "little" -> ByteOrder.LITTLE_ENDIAN;
      case "big" -> ByteOrder.BIG_ENDIAN;
      default -> throw zip.damaged(entry, "the byte order is neither 'little' nor 'big'");
    };
  }

  private Map<String, TorchStorage> storages(String root, TorchObjects objects) {
    Map<String, TorchStorage> storages = new LinkedHashMap<>();
    for (PickleValue.Storage storage : objects.storages().values()) {
      String name = root + "/data/" + storage.key();
      ZipDirectory.Entry entry = zip.find(name);
      if (entry == null) {
        throw problems.entry(
            name,
            0,
            "the pickle names this storage, which the archive does not have",
            "the file is damaged, or was saved on the device 'meta' without contents");
      }
      if (entry.size() != storage.bytes()) {
        throw zip.damaged(
            entry,
            "the storage has "
                + entry.size()
                + " bytes, the pickle says "
                + storage.count()
                + " elements of "
                + storage.type().bytes()
                + " bytes");
      }
      storages.put(storage.key(), new TorchStorage.Zipped(zip, entry));
    }
    return storages;
  }
}
