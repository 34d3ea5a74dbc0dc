package lakehouse.ingest.capture.postgres;

import java.util.List;
import java.util.Random;

/** Three tables between which money is moved, never made: whole transactions keep the sum. */
final class Accounts {
  static final List<String> TABLES = List.of("one", "two", "three");
  static final long SUM = 6_000;
  static final String DDL = ddl(20);

  private static final int IN_USE = 20;

  private Accounts() {}

  /**
   * Makes the tables.
   *
   * @param rows of the first one, of which the same few are in use
   */
  static String ddl(int rows) {
    return """
        CREATE TABLE one (id int PRIMARY KEY, balance int);
        CREATE TABLE two (id int PRIMARY KEY, balance int);
        CREATE TABLE three (id int PRIMARY KEY, balance int);
        INSERT INTO one SELECT i, 100 FROM generate_series(1, %d) i;
        INSERT INTO two SELECT i, 100 FROM generate_series(1, %d) i;
        INSERT INTO three SELECT i, 100 FROM generate_series(1, %d) i;
        """
        .formatted(rows, IN_USE, IN_USE);
  }

  /** A transaction that takes from the first table and gives to the others. */
  static String transfer(Random random) {
    int amount = random.nextInt(10);
    int id = 1 + random.nextInt(IN_USE);
    return """
        BEGIN;
        UPDATE one SET balance = balance - %2$d - %2$d WHERE id = %1$d;
        UPDATE two SET balance = balance + %2$d WHERE id = %1$d;
        UPDATE three SET balance = balance + %2$d WHERE id = %1$d;
        COMMIT"""
        .formatted(id, amount);
  }

  /** A transfer between all rows, so often that a reader is mostly in the middle of one. */
  static String longTransfer(Random random) {
    return "BEGIN; LOCK TABLE one IN EXCLUSIVE MODE;\n" // else two of them wait for each other
        + """
          UPDATE one SET balance = balance - 2;
          UPDATE two SET balance = balance + 1;
          UPDATE three SET balance = balance + 1;
          """
            .repeat(20 + random.nextInt(10))
        + "COMMIT";
  }
}
