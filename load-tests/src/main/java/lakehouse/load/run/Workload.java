package lakehouse.load.run;

import java.sql.SQLException;
import java.util.List;
import java.util.function.LongConsumer;

/** The databases of a scenario, and what happens to them. */
interface Workload {
  /** The sources: each a database of that name, captured by role {@code lake_<name>}. */
  List<String> sources();

  /**
   * Makes the databases anew, whatever there is of them, and fills them.
   *
   * @param progress told how many rows there are so far
   * @return rows of all tables
   */
  long seed(LongConsumer progress) throws SQLException, InterruptedException;

  /** The table whose load is held against the floors; its database is the first source's. */
  String table();

  /** Its key's columns, as in SQL; the first is a number. */
  String key();

  /** A query with sums over bronze's table, for which {@code %s} stands; of both dialects. */
  String sums();

  /** How many rows a transaction of the stream is about. */
  int transactionRows();

  /** The source that changes; one of the sources. */
  String streamedSource();

  /** The statements of one transaction of the stream, by its number. */
  List<String> transaction(long number) throws SQLException;

  /** The transactions of a night, each one statement; nights count from 0. */
  List<String> night(int night) throws SQLException;

  /** What is asked of silver or gold. */
  List<Question> questions();

  /** Options for {@code lake models run}, by which it makes what this workload has. */
  List<String> modelOptions();

  /** A query with a name. */
  record Question(String name, String sql) {}
}
