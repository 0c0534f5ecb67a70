package dev.mycel.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a zip archive and where their contents lie, after PKWARE's APPNOTE 6.3. {@link
 * java.util.zip.ZipFile} gives no positions, takes archives whose parts overlap, and of two entries
 * with one name hides one; here each part must agree with the others.
 */
final class ZipDirectory {
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int LOCATOR_64 = 0x07064b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int LOCAL = 0x04034b50;
  private static final int END_BYTES = 22;
  private static final int LOCATOR_BYTES = 20;
  private static final int CENTRAL_BYTES = 46;
  private static final int LOCAL_BYTES = 30;
  private static final long MANY = 0xffffffffL;
  private static final int STORED = 0;
  private static final int DEFLATED = 8;

  /** Entries beside those that tensors need: the pickle, the version, folders. */
  private static final int OTHERS = 64;

  private final ByteSource file;
  private final Problems problems;
  private final Limits limits;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /**
   * An entry.
   *
   * @param header where its local header stands
   * @param start where its content begins
   * @param packed bytes of the content as it stands in the file
   * @param size bytes of the content
   */
  record Entry(
      String name,
      int flags,
      int method,
      long crc,
      long packed,
      long size,
      long header,
      long start) {
    /** Where the content ends in the file. */
    long end() {
      return start + packed;
    }

    /** Whether the content must be inflated. */
    boolean isCompressed() {
      return method == DEFLATED;
    }
  }

  /** What the end of the archive says of its list of entries. */
  private record Listing(long count, long bytes, long start, long end) {}

  private ZipDirectory(ByteSource file, Limits limits, Problems problems) {
    this.file = file;
    this.limits = limits;
    this.problems = problems;
  }

  /** Reads the list of entries and compares it with the entries' headers. */
  static ZipDirectory open(ByteSource file, Limits limits, Problems problems) throws IOException {
    ZipDirectory zip = new ZipDirectory(file, limits, problems);
    Listing listing = zip.listing();
    zip.readEntries(listing);
    zip.checkDisjoint();
    return zip;
  }

  /** Entries by name, in the order of the list. */
  Map<String, Entry> entries() {
    return entries;
  }

  // ---- the end ----------------------------------------------------------------------------------

  private Listing listing() throws IOException {
    long at = endRecord();
    ByteBuffer end = read(at, END_BYTES);
    Listing listing = new Listing(u2(end, 10), u4(end, 12), u4(end, 16), at);
    boolean oneDisk = u2(end, 4) == 0 && u2(end, 6) == 0;
    boolean is64 = at >= LOCATOR_BYTES && read(at - LOCATOR_BYTES, 4).getInt(0) == LOCATOR_64;
    if (is64) {
      listing = listing64(at - LOCATOR_BYTES);
    } else if (!oneDisk || u2(end, 8) != listing.count()) {
      throw problems.damaged(at, "the archive is in several parts");
    }
    if (listing.start() < 0
        || listing.bytes() < 0
        || listing.start() > listing.end()
        || listing.bytes() != listing.end() - listing.start()) {
      throw problems.damaged(at, "the archive's list of entries does not stand before its end");
    }
    if (listing.bytes() > limits.headerBytes) {
      throw problems.at(
          at,
          "the archive's list of entries has " + listing.bytes() + " bytes",
          "if it shall have so many, raise Limits.headerBytes");
    }
    if (listing.count() < 0 || listing.count() > listing.bytes() / CENTRAL_BYTES) {
      throw problems.damaged(at, "the archive's list has no " + listing.count() + " entries");
    }
    if (listing.count() - OTHERS > limits.entries) {
      throw problems.at(
          at,
          "the archive has " + listing.count() + " entries",
          "if it shall have so many, raise Limits.entries");
    }
    return listing;
  }

  /** Where the record stands that ends an archive, with a comment of 65535 bytes at most. */
  private long endRecord() throws IOException {
    int tail = (int) Math.min(file.size(), END_BYTES + 0xffff);
    ByteBuffer bytes = read(file.size() - tail, tail);
    for (int i = tail - END_BYTES; i >= 0; i--) {
      if (bytes.getInt(i) == END && u2(bytes, i + 20) == tail - END_BYTES - i) {
        return file.size() - tail + i;
      }
    }
    throw problems.damaged(file.size(), "the archive has no end: it is cut off");
  }

  private Listing listing64(long locatorAt) throws IOException {
    long at = read(locatorAt, LOCATOR_BYTES).getLong(8);
    if (at < 0 || at > locatorAt - 56) {
      throw problems.damaged(locatorAt, "the archive's 64-bit end lies outside of it");
    }
    ByteBuffer end = read(at, 56);
    if (end.getInt(0) != END_64 || end.getLong(4) != locatorAt - at - 12) {
      throw problems.damaged(at, "the archive has no 64-bit end where it is said to be");
    }
    if (end.getInt(16) != 0 || end.getInt(20) != 0 || end.getLong(24) != end.getLong(32)) {
      throw problems.damaged(at, "the archive is in several parts");
    }
    return new Listing(end.getLong(32), end.getLong(40), end.getLong(48), at);
  }

  // ---- entries ----------------------------------------------------------------------------------

  private void readEntries(Listing listing) throws IOException {
    ByteBuffer list = read(listing.start(), Math.toIntExact(listing.bytes()));
    for (long i = 0; i < listing.count(); i++) {
      Entry entry = readEntry(list, listing);
      if (entries.put(entry.name(), entry) != null) {
        throw problems.entry(
            entry.name(),
            entry.header(),
            "two entries of the archive have this name",
            "the file is damaged or was made by hand: save it again");
      }
    }
    if (list.hasRemaining()) {
      throw problems.damaged(
          listing.start() + list.position(), "bytes follow the archive's list of entries");
    }
  }

  private Entry readEntry(ByteBuffer list, Listing listing) throws IOException {
    int from = list.position();
    long at = listing.start() + from;
    if (list.remaining() < CENTRAL_BYTES || list.getInt(from) != CENTRAL) {
      throw problems.damaged(at, "the archive's list of entries is damaged");
    }
    int nameLength = u2(list, from + 28);
    int extraLength = u2(list, from + 30);
    long whole = (long) CENTRAL_BYTES + nameLength + extraLength + u2(list, from + 32);
    if (whole > list.remaining()) {
      throw problems.damaged(at, "the archive's list of entries ends inside an entry");
    }
    String name = name(list.slice(from + CENTRAL_BYTES, nameLength), at);
    ByteBuffer extra =
        list.slice(from + CENTRAL_BYTES + nameLength, extraLength).order(ByteOrder.LITTLE_ENDIAN);
    long[] sizes = {u4(list, from + 24), u4(list, from + 20), u4(list, from + 42)};
    widen(sizes, extra, name, at);
    Entry draft =
        new Entry(
            name,
            u2(list, from + 8),
            u2(list, from + 10),
            u4(list, from + 16),
            sizes[1],
            sizes[0],
            sizes[2],
            0);
    list.position(from + (int) whole);
    return withStart(draft, listing);
  }

  /** Replaces sizes and positions that 32 bits cannot hold by those of the 64-bit field. */
  private void widen(long[] sizes, ByteBuffer extra, String name, long at) {
    while (extra.remaining() >= 4) {
      int id = extra.getShort() & 0xffff;
      int length = extra.getShort() & 0xffff;
      if (length > extra.remaining()) {
        break;
      }
      int next = extra.position() + length;
      for (int i = 0; id == 1 && i < sizes.length; i++) {
        if (sizes[i] == MANY && next - extra.position() >= 8) {
          sizes[i] = extra.getLong();
        }
      }
      extra.position(next);
    }
    for (long size : sizes) {
      if (size < 0 || size > file.size() && size != sizes[0]) {
        throw problems.entry(
            name, at, "the entry lies outside of the file", "the file is damaged: save it again");
      }
    }
  }

  /** Whether a name stays inside of a folder, should somebody make files of the entries. */
  static boolean isUsable(String name) {
    return !name.isEmpty()
        && !name.startsWith("/")
        && name.indexOf('\\') < 0
        && name.indexOf('\0') < 0
        && !("/" + name + "/").contains("/../");
  }

  /** The name, which must be one that may be used. */
  private String name(ByteBuffer bytes, long at) {
    String name;
    try {
      name = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      CheckpointException bad = problems.damaged(at, "the name of an entry is no UTF-8");
      bad.initCause(e);
      throw bad;
    }
    if (!isUsable(name)) {
      throw problems.damaged(
          at, "'" + Problems.shortened(name) + "' is no name of an entry that may be used");
    }
    return name;
  }

  /** Compares an entry with its local header, and finds where its content begins. */
  private Entry withStart(Entry e, Listing listing) throws IOException {
    byte[] name = e.name().getBytes(StandardCharsets.UTF_8);
    if (e.header() > listing.start() - LOCAL_BYTES - name.length) {
      throw damaged(e, "the entry begins outside of the archive");
    }
    ByteBuffer local = read(e.header(), LOCAL_BYTES + name.length);
    boolean described = (e.flags() & 8) != 0; // sizes and check sum follow the content
    long packed = u4(local, 18);
    long size = u4(local, 22);
    if (local.getInt(0) != LOCAL
        || u2(local, 6) != e.flags()
        || u2(local, 8) != e.method()
        || u2(local, 26) != name.length
        || !ByteBuffer.wrap(name).equals(local.slice(LOCAL_BYTES, name.length))
        || !described && u4(local, 14) != e.crc()
        || !described && packed != MANY && packed != e.packed()
        || !described && size != MANY && size != e.size()) {
      throw damaged(e, "the entry's header is another than the archive's list says");
    }
    long start = e.header() + LOCAL_BYTES + name.length + u2(local, 28);
    if (start > listing.start() || e.packed() > listing.start() - start) {
      throw damaged(e, "the entry ends outside of the archive");
    }
    if (e.method() == STORED && e.packed() != e.size()) {
      throw damaged(e, "the entry is not compressed and has two sizes");
    }
    return new Entry(
        e.name(), e.flags(), e.method(), e.crc(), e.packed(), e.size(), e.header(), start);
  }

  /** Parts that overlap would make few bytes into many. */
  private void checkDisjoint() {
    List<Entry> byPlace = new ArrayList<>(entries.values());
    byPlace.sort(Comparator.comparingLong(Entry::header));
    for (int i = 1; i < byPlace.size(); i++) {
      if (byPlace.get(i - 1).end() > byPlace.get(i).header()) {
        throw damaged(byPlace.get(i), "the entry overlaps '" + byPlace.get(i - 1).name() + "'");
      }
    }
    if (!byPlace.isEmpty() && byPlace.get(0).header() != 0) {
      throw problems.damaged(0, "bytes stand before the archive");
    }
  }

  // ---- contents ---------------------------------------------------------------------------------

  /** The content of an entry, in the file or, if it is compressed, in memory. */
  ByteSource content(Entry entry) throws IOException {
    checkReadable(entry);
    if (entry.method() == STORED) {
      return file.slice(entry.start(), entry.size());
    }
    if (entry.size() > StoredTensors.MOST_ELEMENTS) {
      throw problems.entry(
          entry.name(),
          entry.header(),
          entry.packed() + " bytes are said to inflate to " + entry.size(),
          "save it again without compression");
    }
    byte[] content = new byte[(int) entry.size()];
    try (ZipStream stream = new ZipStream(this, file, entry, hasCrc(entry))) {
      stream.read(ByteBuffer.wrap(content));
    }
    return ByteSource.of(content);
  }

  /** The content of an entry from its first byte to its last, where its check sum is compared. */
  ZipStream stream(Entry entry) {
    checkReadable(entry);
    return new ZipStream(this, file, entry, true);
  }

  private void checkReadable(Entry entry) {
    if ((entry.flags() & 1) != 0) {
      throw damaged(entry, "the entry is encrypted");
    }
    if (entry.method() != STORED && entry.method() != DEFLATED) {
      throw damaged(entry, "the entry is compressed by method " + entry.method());
    }
    if (entry.isCompressed() && entry.size() / limits.unpackRatio > entry.packed()) {
      throw problems.entry(
          entry.name(),
          entry.header(),
          entry.packed() + " bytes are said to inflate to " + entry.size(),
          "save it again without compression, or raise Limits.unpackRatio");
    }
  }

  /** Refuses an entry whose content has another check sum than the archive says. */
  void verify(Entry entry, ByteSource content) throws IOException {
    if (!hasCrc(entry)) {
      return;
    }
    CRC32 crc = new CRC32();
    ByteBuffer block = Elements.block(Math.max(1, content.size()));
    for (long at = 0; at < content.size(); at += block.limit()) {
      block.clear().limit((int) Math.min(block.capacity(), content.size() - at));
      content.read(block, at);
      crc.update(block.flip());
    }
    compareCrc(entry, crc.getValue());
  }

  /** PyTorch writes 0 if it was told to compute none. */
  static boolean hasCrc(Entry entry) {
    return entry.crc() != 0;
  }

  void checkCrc(Entry entry, long crc) {
    if (hasCrc(entry)) {
      compareCrc(entry, crc);
    }
  }

  /** Refuses the entry if that is not its check sum. */
  void compareCrc(Entry entry, long crc) {
    if (crc != entry.crc()) {
      throw damaged(entry, "the check sum is not that of the content");
    }
  }

  /** An error about an entry. */
  CheckpointException damaged(Entry entry, String what) {
    return problems.entry(
        entry.name(), entry.header(), what, "the file is damaged: save or copy it again");
  }

  /** The entry of that name, or null. */
  @Nullable Entry find(String name) {
    return entries.get(name);
  }

  private ByteBuffer read(long at, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    file.read(bytes, at);
    return bytes.flip();
  }

  private static int u2(ByteBuffer from, int at) {
    return from.getShort(at) & 0xffff;
  }

  private static long u4(ByteBuffer from, int at) {
    return from.getInt(at) & 0xffffffffL;
  }
}
