package lakehouse.models.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelFile;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Cases worked out by hand; position 10 is committed at 10 o'clock, and so on. */
class TestHistory {
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LakeSession.open(0);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void closesWithADeletionAndOpensAgainWithAnInsert() {
    assertThat(
            history(
                change(10, 1, "c", 1, "Ann", "x"),
                change(11, 1, "u", 1, "Bea", "x"),
                change(12, 1, "d", 1, null, null),
                // the same as before: another state all the same, since it was gone
                change(14, 1, "c", 1, "Bea", "x")))
        .containsExactly(
            "[1,Ann,x,10,11,false]", "[1,Bea,x,11,12,false]", "[1,Bea,x,14,null,true]");
  }

  @Test
  void seesTheLastOfSeveralChangesInOneTransactionAndNoStateThatDoesNotDiffer() {
    assertThat(
            history(
                change(10, 1, "c", 1, "Ann", "x"),
                change(11, 1, "u", 1, "Bea", "x"),
                change(11, 2, "d", 1, null, null),
                change(11, 3, "c", 1, "Cleo", "x"),
                change(12, 1, "u", 1, "Cleo", "x"),
                // gone and back within a transaction
                change(13, 1, "d", 1, null, null),
                change(13, 2, "c", 1, "Cleo", "x"),
                change(14, 1, "c", 2, "Dan", "y"),
                change(14, 2, "d", 2, null, null)))
        .containsExactly("[1,Ann,x,10,11,false]", "[1,Cleo,x,11,null,true]");
  }

  @Test
  void ordersByPositionWhateverTheOrderOfArrivalAndLetsTimeNotRunBackwards() {
    assertThat(
            history(
                change(12, 1, "u", 1, "Cleo", "x"),
                change(10, 0, "p", 0, null, null),
                change(10, 1, "c", 1, "Ann", "x"),
                // committed at 9 by a clock that was set back: seen no earlier than what it follows
                change(11, 1, "u", 1, "Bea", "x").replace("11:00", "09:00")))
        .containsExactly("[1,Bea,x,10,12,false]", "[1,Cleo,x,12,null,true]");
  }

  @Test
  void carriesLeftOutValuesAcrossChangesOfKey() {
    assertThat(
            history(
                change(10, 1, "c", 1, "Ann", "long"),
                withoutNote(change(11, 1, "u", 1, "Bea", null)),
                change(12, 1, "d", 1, null, null),
                withoutNote(from(1, change(12, 2, "c", 2, "Bea", null))),
                change(13, 1, "d", 2, null, null),
                withoutNote(from(2, change(13, 2, "c", 3, "Cleo", null))),
                // the former key is somebody else's from now on
                change(14, 1, "c", 1, "Dan", "short")))
        .containsExactly(
            "[1,Ann,long,10,11,false]",
            "[1,Bea,long,11,12,false]",
            "[1,Dan,short,14,null,true]",
            "[2,Bea,long,12,13,false]",
            "[3,Cleo,long,13,null,true]");
  }

  @Test
  void endsWhatALoadDoesNotFindAndGoesOnWithTheRest() {
    assertThat(
            history(
                change(10, 0, "l", 0, null, null),
                change(10, 1, "r", 1, "Ann", "x"),
                change(10, 2, "r", 2, "Bob", "y"),
                change(10, 3, "r", 3, "Cem", "z"),
                change(12, 0, "l", 0, null, null),
                change(12, 1, "r", 1, "Ann", "x"),
                change(12, 2, "r", 2, "Bill", "y"),
                change(14, 1, "t", 0, null, null)))
        .containsExactly(
            "[1,Ann,x,10,14,false]",
            "[2,Bill,y,12,14,false]",
            "[2,Bob,y,10,12,false]",
            "[3,Cem,z,10,12,false]");
  }

  @Test
  void refusesASelectWithoutValidityAKeyThatIsNotTheLogsAndASecondValidity() {
    assertRefused(
        () ->
            new History(
                    spark,
                    model("id", "id, name"),
                    List.of("id"),
                    log(change(10, 1, "c", 1, "", "")))
                .all(),
        "models/x.sql: the SELECT of an scd2 model keeps the key, `valid_from` and `valid_to`;"
            + " `valid_from`, `valid_to` are missing.");
    assertRefused(
        () ->
            new History(
                spark, model("name", "*"), List.of("id"), log(change(10, 1, "c", 1, "", ""))),
        "models/x.sql: `unique_key` is [name], but the key of bronze.a.b is [id]; states are kept by"
            + " the log's key.");
    String dated = change(10, 1, "c", 1, "", "").replace("AS note", "AS Valid_From");
    assertRefused(
        () -> new History(spark, model("id", "*"), List.of("id"), log(dated)),
        """
        models/x.sql: bronze.a.b has `Valid_From` of its own, which the states of an scd2 model need \
        for theirs.
        Read the table's current state in silver, where its rows keep the validity they have.""");
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIGURATION))
        .hasMessage(message);
  }

  private static List<String> history(String... changes) {
    Model model = model("id", "id, name, note, is_current, valid_from, valid_to");
    return new History(spark, model, List.of("id"), log(changes))
            .all()
            .selectExpr("id", "name", "note", "hour(valid_from)", "hour(valid_to)", "is_current")
            .collectAsList()
            .stream()
            .map(Row::toString)
            .sorted()
            .toList();
  }

  private static Model model(String key, String columns) {
    List<String> problems = new ArrayList<>();
    return ModelFile.parse(
            TableIdentifier.parse("gold.x"),
            "models/x.sql",
            """
            /*
            description: x
            materialized: scd2
            unique_key: %s
            */
            SELECT %s FROM ${ref('bronze.a.b')}
            """
                .formatted(key, columns),
            problems)
        .orElseThrow(() -> new AssertionError(problems));
  }

  private static org.apache.spark.sql.Dataset<Row> log(String... changes) {
    return spark.sql(String.join("\nUNION ALL\n", changes));
  }

  private static String change(int at, int seq, String op, long id, String name, String note) {
    return """
        SELECT %dL AS id, %s AS name, %s AS note, '%s' AS _op, 1 AS _epoch, %dL AS _commit_lsn, %dL AS _seq,
          TIMESTAMP '2026-01-01T%02d:00:00Z' AS _committed_at, CAST(NULL AS TIMESTAMP) AS _captured_at,
          CAST(NULL AS STRUCT<id: BIGINT>) AS _old_key, CAST(NULL AS ARRAY<STRING>) AS _unchanged,
          CAST(NULL AS MAP<STRING, STRING>) AS _unrepresentable
        """
        .formatted(id, text(name), text(note), op, at, seq, at);
  }

  private static String withoutNote(String change) {
    return change.replace("CAST(NULL AS ARRAY<STRING>)", "array('note')");
  }

  private static String from(long id, String change) {
    return change.replace("CAST(NULL AS STRUCT<id: BIGINT>)", "named_struct('id', " + id + "L)");
  }

  private static String text(String value) {
    return value == null ? "CAST(NULL AS STRING)" : "'" + value + "'";
  }
}
