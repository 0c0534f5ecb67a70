package dev.mycel.train;

import dev.mycel.core.ArgumentException;
import dev.mycel.core.Messages;
import dev.mycel.core.Tensor;
import dev.mycel.train.metrics.ROC;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Results that are no plain numbers, as two tensors: the form of each, as whole numbers, and the
 * doubles in it, one after the other, bit by bit.
 */
final class HistoryForms {
  private static final long DOUBLE = 0;
  private static final long INTEGER = 1;
  private static final long LONG = 2;
  private static final long BOOLEAN = 3;

  /** Then the number of doubles. */
  private static final long ROW = 4;

  /** Then the number of axes, the number of parts, and the parts: arrays of doubles. */
  private static final long ROWS = 5;

  /** Then the number of parts, and the parts. */
  private static final long LIST = 6;

  /** Then three lists. */
  private static final long CURVE = 7;

  private static final int MOST_AXES = 16;

  private HistoryForms() {}

  /** The two tensors of a value, the form first; null if it holds anything else. */
  static @Nullable List<Tensor> write(Object value) {
    LongStream.Builder form = LongStream.builder();
    DoubleStream.Builder numbers = DoubleStream.builder();
    if (!write(value, form, numbers)) {
      return null;
    }
    long[] f = form.build().toArray();
    double[] n = numbers.build().toArray();
    return List.of(Tensor.of(f, f.length), Tensor.of(n, n.length));
  }

  private static boolean write(
      @Nullable Object value, LongStream.Builder form, DoubleStream.Builder numbers) {
    if (value instanceof Double d) {
      form.add(DOUBLE);
      numbers.add(d);
    } else if (value instanceof Integer i) {
      form.add(INTEGER).add(i);
    } else if (value instanceof Long l) {
      form.add(LONG).add(l);
    } else if (value instanceof Boolean b) {
      form.add(BOOLEAN).add(b ? 1 : 0);
    } else if (value instanceof double[] row) {
      form.add(ROW).add(row.length);
      DoubleStream.of(row).forEach(numbers::add);
    } else if (value instanceof Object[] rows && axes(rows) > 1) {
      form.add(ROWS).add(axes(rows)).add(rows.length);
      return writeAll(Arrays.asList(rows), form, numbers);
    } else if (value instanceof List<?> list) {
      form.add(LIST).add(list.size());
      return writeAll(list, form, numbers);
    } else if (value instanceof ROC.Curve curve) {
      form.add(CURVE);
      return writeAll(List.of(curve.fpr(), curve.tpr(), curve.thresholds()), form, numbers);
    } else {
      return false;
    }
    return true;
  }

  private static boolean writeAll(
      List<?> values, LongStream.Builder form, DoubleStream.Builder numbers) {
    for (Object value : values) {
      if (!write(value, form, numbers)) {
        return false;
      }
    }
    return true;
  }

  /** Axes of an array of doubles; 0 for other arrays. */
  private static int axes(Object array) {
    Class<?> type = array.getClass();
    int axes = 0;
    for (Class<?> part = type.getComponentType(); part != null; part = part.getComponentType()) {
      axes++;
      type = part;
    }
    return type == double.class && axes <= MOST_AXES ? axes : 0;
  }

  /** The value that {@link #write} took apart. */
  static Object read(String name, Tensor form, Tensor numbers) {
    return new Reader(name, form.toLongArray(), numbers.toDoubleArray()).all();
  }

  private static final class Reader {
    private final String name;
    private final long[] form;
    private final double[] numbers;
    private int at;
    private int number;

    Reader(String name, long[] form, double[] numbers) {
      this.name = name;
      this.form = form;
      this.numbers = numbers;
    }

    Object all() {
      Object value = value(0);
      if (at != form.length || number != numbers.length) {
        throw refused();
      }
      return value;
    }

    private Object value(int depth) {
      if (depth > 2 * MOST_AXES) {
        throw refused();
      }
      long kind = next();
      if (kind == DOUBLE) {
        return row(1)[0];
      } else if (kind == INTEGER) {
        return (int) next();
      } else if (kind == LONG) {
        return next();
      } else if (kind == BOOLEAN) {
        return next() != 0;
      } else if (kind == ROW) {
        return row(next());
      } else if (kind == ROWS) {
        return rows(next(), depth);
      } else if (kind == LIST) {
        return list(depth);
      } else if (kind == CURVE) {
        return new ROC.Curve(doubles(depth), doubles(depth), doubles(depth));
      }
      throw refused();
    }

    private long next() {
      if (at == form.length) {
        throw refused();
      }
      return form[at++];
    }

    /** How many parts follow, of which each has a number in the form at least. */
    private int parts() {
      long count = next();
      if (count < 0 || count > form.length - at) {
        throw refused();
      }
      return (int) count;
    }

    private double[] row(long count) {
      if (count < 0 || count > numbers.length - number) {
        throw refused();
      }
      double[] row = Arrays.copyOfRange(numbers, number, number + (int) count);
      number += (int) count;
      return row;
    }

    private Object rows(long axes, int depth) {
      if (axes < 2 || axes > MOST_AXES) {
        throw refused();
      }
      int count = parts();
      Object array = Array.newInstance(part((int) axes - 1), count);
      for (int i = 0; i < count; i++) {
        Object row = value(depth + 1);
        if (axes(row) != axes - 1) {
          throw refused();
        }
        Array.set(array, i, row);
      }
      return array;
    }

    private static Class<?> part(int axes) {
      return Array.newInstance(double.class, new int[axes]).getClass();
    }

    private List<Object> list(int depth) {
      int count = parts();
      List<Object> list = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        list.add(value(depth + 1));
      }
      return Collections.unmodifiableList(list);
    }

    private List<Double> doubles(int depth) {
      if (next() != LIST) {
        throw refused();
      }
      List<Double> doubles = new ArrayList<>();
      for (Object value : list(depth)) {
        if (!(value instanceof Double d)) {
          throw refused();
        }
        doubles.add(d);
      }
      return doubles;
    }

    private ArgumentException refused() {
      return new ArgumentException(
          Messages.of("History: the state of '" + name + "' is damaged")
              .line("form", form.length + " numbers, wrong at " + at)
              .hint("resume from another checkpoint")
              .text());
    }
  }
}
