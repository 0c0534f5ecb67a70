package dev.mycel.checkpoint;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** What the package logs while this is open; it is kept off the console. */
final class Logs extends Handler implements AutoCloseable {
  private final Logger logger = Logger.getLogger("dev.mycel.checkpoint");
  private final List<String> lines = new CopyOnWriteArrayList<>();

  Logs() {
    logger.addHandler(this);
    logger.setUseParentHandlers(false);
  }

  /** Level and message of each record. */
  List<String> lines() {
    return lines;
  }

  @Override
  public void publish(LogRecord record) {
    lines.add(record.getLevel() + " " + new SimpleFormatter().formatMessage(record));
  }

  @Override
  public void flush() {}

  @Override
  public void close() {
    logger.removeHandler(this);
    logger.setUseParentHandlers(true);
  }
}
