package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * Zip archives: those of {@code torch.save} have a pickle, those of {@code np.savez} arrays. What
 * has both is refused, because each library would see its own half.
 */
final class ZipFormat implements FileFormat {
  private static final byte[] ENTRY = {'P', 'K', 3, 4};
  private static final byte[] END = {'P', 'K', 5, 6};

  @Override
  public String name() {
    return TorchFormat.NAME + " or " + NumpyFormat.NAME;
  }

  @Override
  public String beginning() {
    return "a zip archive with data.pkl or with arrays";
  }

  @Override
  public String ending() {
    return NpzFile.SUFFIX;
  }

  @Override
  public boolean matches(byte[] head, Path file) {
    return head.length >= ENTRY.length
        && (Arrays.equals(head, 0, ENTRY.length, ENTRY, 0, ENTRY.length)
            || Arrays.equals(head, 0, END.length, END, 0, END.length));
  }

  @Override
  public CheckpointFile open(Path file, Limits limits) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    boolean done = false;
    try {
      CheckpointFile opened = open(file, channel, limits);
      done = true;
      return opened;
    } finally {
      if (!done) {
        channel.close();
      }
    }
  }

  private static CheckpointFile open(Path file, FileChannel channel, Limits limits)
      throws IOException {
    Problems problems = new Problems(FileFormats.OP, file);
    long size = channel.size();
    if (size == 0) {
      throw problems.at(0, "the file is empty", "save it again");
    }
    ByteSource bytes = ByteSource.of(new Trailer.Content(channel, size));
    ZipDirectory zip = ZipDirectory.open(bytes, limits, problems);
    Set<String> names = zip.entries().keySet();
    boolean pickle = names.stream().anyMatch(TorchArchive::isPickle);
    boolean arrays = names.stream().anyMatch(name -> name.endsWith(NumpyFormat.SUFFIX));
    if (pickle && arrays) {
      throw problems.at(
          0,
          "the archive has both a pickle of torch.save and arrays of NumPy",
          "save each in a file of its own");
    }
    if (pickle) {
      return new TorchFile(file, channel, TorchArchive.read(zip, size, limits, problems));
    }
    if (arrays || names.isEmpty() && !isTorch(file)) {
      return NpzFile.open(file, channel, zip, limits, problems);
    }
    throw problems.at(
        0,
        "the archive has no entry data.pkl in a folder, as torch.save writes, and no array "
            + NumpyFormat.SUFFIX
            + ", as np.savez does",
        "another kind of zip archive is no checkpoint");
  }

  /** Only the name tells what an archive without entries was meant to be. */
  private static boolean isTorch(Path file) {
    String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    return name.endsWith(".pt") || name.endsWith(".pth");
  }
}
