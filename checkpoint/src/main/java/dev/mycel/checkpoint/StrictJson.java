package dev.mycel.checkpoint;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * Reads JSON that is a description of tensors: UTF-8, one object, each key once, whole numbers
 * where numbers are, a bounded depth. Anything else is refused by name of the place.
 */
final class StrictJson {
  /** Reads the value of a key; it must take exactly that value. */
  interface Member {
    void read(String key) throws IOException;
  }

  private static final int LONGEST_REASON = 200;

  private final JsonReader in;
  private final Problems problems;
  private final long offset;

  /**
   * Over bytes of a file.
   *
   * @param offset where they begin in the file, for messages
   */
  StrictJson(byte[] bytes, long offset, int depth, Problems problems) {
    this.problems = problems;
    this.offset = offset;
    in =
        new JsonReader(
            new InputStreamReader(
                new ByteArrayInputStream(bytes), StandardCharsets.UTF_8.newDecoder()));
    in.setStrictness(Strictness.STRICT);
    in.setNestingLimit(depth);
  }

  /** The whole text: one object and white space after it. */
  void document(Member member) throws IOException {
    try {
      object("the header", member);
      if (in.peek() != JsonToken.END_DOCUMENT) {
        throw damaged("there is something after the JSON object");
      }
    } catch (CharacterCodingException e) {
      throw caused(damaged("the JSON is no valid UTF-8"), e);
    } catch (EOFException e) {
      throw caused(damaged("the JSON ends too early, at " + in.getPath()), e);
    } catch (MalformedJsonException e) {
      throw caused(damaged("the JSON is damaged: " + firstLine(e)), e);
    } catch (IllegalStateException | NumberFormatException e) {
      throw caused(damaged("the JSON is not as it should be: " + firstLine(e)), e);
    }
  }

  /** The next value, an object; each of its keys may stand once. */
  void object(String what, Member member) throws IOException {
    expect(JsonToken.BEGIN_OBJECT, what, "an object");
    in.beginObject();
    Set<String> keys = new HashSet<>();
    while (in.hasNext()) {
      String key = unicode(in.nextName());
      if (!keys.add(key)) {
        throw damaged("'" + Problems.shortened(key) + "' stands twice in " + what);
      }
      member.read(key);
    }
    in.endObject();
  }

  /** The next value, a list of whole numbers of 0 or more. */
  long[] wholes(String what, int most) throws IOException {
    expect(JsonToken.BEGIN_ARRAY, what, "a list");
    in.beginArray();
    long[] found = new long[most];
    int count = 0;
    while (in.hasNext()) {
      if (count == most) {
        throw damaged(what + " has more than " + most + " numbers");
      }
      found[count++] = whole(what);
    }
    in.endArray();
    return Arrays.copyOf(found, count);
  }

  private long whole(String what) throws IOException {
    expect(JsonToken.NUMBER, what, "numbers");
    String number = in.nextString();
    if (number.startsWith("-")) {
      throw damaged(what + " has the negative number " + Problems.shortened(number));
    }
    for (int i = 0; i < number.length(); i++) {
      if (number.charAt(i) < '0' || number.charAt(i) > '9') {
        throw damaged(what + " has " + Problems.shortened(number) + ", which is no whole number");
      }
    }
    try {
      return Long.parseLong(number);
    } catch (NumberFormatException e) {
      throw caused(damaged(what + " has " + Problems.shortened(number) + ", beyond 2^63"), e);
    }
  }

  /** The next value, a text. */
  String text(String what) throws IOException {
    expect(JsonToken.STRING, what, "a text");
    return unicode(in.nextString());
  }

  /** The next value, a text, a number or a truth value, as a text; another is passed over as "". */
  String scalar() throws IOException {
    return switch (in.peek()) {
      case STRING, NUMBER -> unicode(in.nextString());
      case BOOLEAN -> String.valueOf(in.nextBoolean());
      default -> {
        in.skipValue();
        yield "";
      }
    };
  }

  /** Passes over the next value, whatever it is. */
  void skip() throws IOException {
    in.skipValue();
  }

  private void expect(JsonToken token, String what, String expected) throws IOException {
    JsonToken found = in.peek();
    if (found != token) {
      throw damaged(what + " is not " + expected + " but " + named(found));
    }
  }

  private static String named(JsonToken token) {
    return switch (token) {
      case BEGIN_ARRAY -> "a list";
      case BEGIN_OBJECT -> "an object";
      case STRING -> "a text";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      case NULL -> "null";
      default -> "nothing";
    };
  }

  private String unicode(String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw damaged("a text has half of a surrogate pair");
    }
    return text;
  }

  /** An error about the place where the reader stands. */
  CheckpointException damaged(String what) {
    return problems.damaged(offset, what);
  }

  private static CheckpointException caused(CheckpointException e, Exception cause) {
    e.initCause(cause);
    return e;
  }

  /** Without the library's advice to be less strict. */
  private static String firstLine(Exception e) {
    String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    String place = line.replaceFirst("^Use JsonReader.* to accept malformed JSON", "wrong token");
    return place.length() <= LONGEST_REASON ? place : place.substring(0, LONGEST_REASON) + "...";
  }
}
