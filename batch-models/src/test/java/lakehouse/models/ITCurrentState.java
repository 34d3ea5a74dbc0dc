package lakehouse.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.table.Layer;
import lakehouse.models.model.ModelLibrary;
import lakehouse.models.publish.WriteAuditPublish.Published;
import lakehouse.models.publish.WriteAuditPublish.Request;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ITCurrentState {
  private static final long SEED = System.nanoTime();

  @RegisterExtension static final TestLake lake = new TestLake();

  @Test
  void followsChangesDeletesKeysAndLeftOutValues() {
    BronzeWriter log =
        new BronzeWriter(
            lake.catalog(),
            "shop",
            "item",
            List.of("id"),
            columns(
                "id",
                Types.LongType.get(),
                "name",
                Types.StringType.get(),
                "note",
                Types.StringType.get()));
    log.at(1, 0).load();
    for (long id = 1; id <= 6; id++) {
      log.loaded("id", id, "name", "item " + id, "note", "long " + id);
    }
    log.commit();
    lake.run();
    assertThat(state()).hasSize(6).contains("[1,item 1,long 1]");

    log.at(1, 100)
        .update("id", 1L, "name", "one", "note", "new 1")
        .updateWithout(List.of("note"), "id", 2L, "name", "two")
        .delete("id", 3L)
        .rekey(Map.of("id", 4L), List.of("note"), "id", 40L, "name", "forty")
        .insert("id", 7L, "name", "seven", "note", "long 7")
        .next()
        .rekey(Map.of("id", 40L), List.of("note"), "id", 41L, "name", "forty-one")
        .update("id", 5L, "name", "item 5", "note", "long 5")
        .insert("id", 8L, "name", "eight", "note", "long 8")
        .delete("id", 8L)
        .insert("id", 3L, "name", "three again", "note", "long 3 again")
        .commit();
    Published published = lake.run().orElseThrow();
    assertThat(state())
        .containsExactly(
            "[1,one,new 1]",
            "[2,two,long 2]",
            "[3,three again,long 3 again]",
            "[41,forty-one,long 4]",
            "[5,item 5,long 5]",
            "[6,item 6,long 6]",
            "[7,seven,long 7]");
    assertThat(
            lake.query(
                "SELECT _op, _old.id, _new.id, _new.note FROM lake.silver.shop.item__changes WHERE _run = '"
                    + published.run().value()
                    + "'"))
        .containsExactly(
            "[delete,4,null,null]",
            "[insert,null,41,long 4]",
            "[insert,null,7,long 7]",
            "[update,1,1,new 1]",
            "[update,2,2,long 2]",
            "[update,3,3,long 3 again]");
    assertThat(lake.run()).isEmpty();
  }

  @Test
  void voidsWhatComesBeforeALoadOrATruncate() {
    BronzeWriter reloaded = log("reloaded", List.of("id"));
    BronzeWriter truncated = log("truncated", List.of("id"));
    for (BronzeWriter log : List.of(reloaded, truncated)) {
      log.at(1, 0).load();
      for (long id = 1; id <= 3; id++) {
        log.loaded("id", id, "name", "old " + id);
      }
      // later in the source than the load that is still to come, and captured before it
      log.at(1, 500).update("id", 1L, "name", "changed later").delete("id", 2L).commit();
    }
    lake.run();

    reloaded
        .at(1, 400)
        .load()
        .loaded("id", 1L, "name", "loaded again 1")
        .loaded("id", 2L, "name", "loaded again 2")
        .loaded("id", 4L, "name", "loaded again 4")
        .commit();
    truncated.at(1, 600).truncate().insert("id", 9L, "name", "after").commit();
    lake.run();

    assertThat(lake.query("SELECT id, name FROM lake.silver.shop.reloaded"))
        .containsExactly("[1,changed later]", "[4,loaded again 4]");
    assertThat(lake.query("SELECT id, name FROM lake.silver.shop.truncated"))
        .containsExactly("[9,after]");
    assertThat(lake.query("SELECT _op, _old.id, _new.id FROM lake.silver.shop.reloaded__changes"))
        .containsExactly("[delete,3,null]", "[insert,null,4]");
    assertThat(lake.query("SELECT _op, _old.id, _new.id FROM lake.silver.shop.truncated__changes"))
        .containsExactly("[delete,1,null]", "[delete,3,null]", "[insert,null,9]");
  }

  @Test
  void hasWhatALaterLoadHoldsOfKeysThatChangedBeforeIt() {
    for (String table : List.of("reloaded_later", "reloaded_at_once")) {
      BronzeWriter log = log(table, List.of("id"));
      log.at(1, 0).load();
      for (long id = 1; id <= 4; id++) {
        log.loaded("id", id, "name", "old " + id);
      }
      log.at(1, 500).update("id", 1L, "name", "changed").delete("id", 2L).commit();
      if (table.equals("reloaded_later")) {
        lake.run();
      }
      log.at(1, 800)
          .load()
          .loaded("id", 1L, "name", "loaded again 1")
          .loaded("id", 2L, "name", "loaded again 2")
          .loaded("id", 3L, "name", "loaded again 3");
      log.at(1, 900).update("id", 3L, "name", "changed after").commit();
    }
    lake.run();

    for (String table : List.of("reloaded_later", "reloaded_at_once")) {
      assertThat(lake.query("SELECT id, name FROM lake.silver.shop." + table))
          .as(table)
          .containsExactly("[1,loaded again 1]", "[2,loaded again 2]", "[3,changed after]");
    }
    assertThat(
            lake.query(
                "SELECT _op, _old.id, _new.id FROM lake.silver.shop.reloaded_later__changes"))
        .containsExactly("[delete,4,null]", "[insert,null,2]", "[update,1,1]", "[update,3,3]");
    assertThat(lake.query("SHOW TABLES IN lake.silver.shop").toString())
        .as("the other one was made in one run")
        .contains("reloaded_at_once")
        .doesNotContain("reloaded_at_once__changes");
  }

  @Test
  void takesReplayedRowsInTheOrderOfTheirPlaces() {
    BronzeWriter log = log("replayed", List.of("id"));
    log.at(1, 0).load();
    for (long id = 1; id <= 3; id++) {
      log.loaded("id", id, "name", "loaded " + id);
    }
    log.commit();
    log.at(1, 30).update("id", 1L, "name", "newest").delete("id", 2L).commit();
    BronzeWriter bag = log("replayed_bag", List.of());
    bag.at(1, 0).load().loaded("id", 1L, "name", "same").commit();
    bag.at(1, 30).delete("id", 1L, "name", "same").insert("id", 2L, "name", "other").commit();
    lake.run();

    log.at(1, 20)
        .replayed()
        .update("id", 1L, "name", "older than the newest")
        .update("id", 2L, "name", "deleted afterwards")
        .update("id", 3L, "name", "not changed since")
        .insert("id", 4L, "name", "never seen")
        .at(1, 40)
        .insert("id", 5L, "name", "of now")
        .commit();
    bag.at(1, 20).replayed().insert("id", 1L, "name", "same").commit();
    Published published = lake.run().orElseThrow();

    assertThat(lake.query("SELECT id, name FROM lake.silver.shop.replayed"))
        .containsExactly("[1,newest]", "[3,not changed since]", "[4,never seen]", "[5,of now]");
    assertThat(
            lake.query(
                "SELECT _op, _old.id, _new.id, _commit_lsn FROM lake.silver.shop.replayed__changes WHERE _run = '"
                    + published.run().value()
                    + "'"))
        .containsExactly("[insert,null,4,20]", "[insert,null,5,40]", "[update,3,3,20]");
    assertThat(lake.query("SELECT id, name FROM lake.silver.shop.replayed_bag"))
        .containsExactly("[1,same]", "[2,other]");

    log.at(1, 50).update("id", 4L, "name", "changed").commit();
    lake.run();
    assertThat(lake.query("SELECT id, name FROM lake.silver.shop.replayed WHERE id = 4"))
        .containsExactly("[4,changed]");
  }

  @Test
  void leavesOutReplayedRowsThatATruncateOrALoadVoids() {
    BronzeWriter log = log("replayed_void", List.of("id"));
    log.at(1, 0).load().loaded("id", 1L, "name", "loaded").commit();
    log.at(1, 30).truncate().insert("id", 2L, "name", "after").commit();
    lake.run();

    log.at(1, 20).replayed().insert("id", 3L, "name", "before the truncate").commit();
    lake.run();

    assertThat(lake.query("SELECT id, name FROM lake.silver.shop.replayed_void"))
        .containsExactly("[2,after]");
  }

  @Test
  void followsNewColumnsNewEpochsBagsAndWhatTypesCannotHold() {
    BronzeWriter evolved = log("evolved", List.of("id"));
    BronzeWriter pair =
        new BronzeWriter(
            lake.catalog(),
            "shop",
            "pair",
            List.of("a", "b"),
            columns(
                "a",
                Types.IntegerType.get(),
                "b",
                Types.StringType.get(),
                "x",
                Types.DecimalType.of(10, 2)));
    BronzeWriter bag = log("bag", List.of());
    evolved.at(1, 0).load().loaded("id", 1L, "name", "one").commit();
    pair.at(1, 0)
        .load()
        .loaded("a", 1, "b", "x", "x", new BigDecimal("1.50"))
        .unrepresentable("r", Map.of("x", "NaN"), "a", 1, "b", "y")
        .commit();
    bag.at(1, 0).load().loaded("id", 1L, "name", "same").loaded("id", 1L, "name", "same").commit();
    lake.run();

    evolved
        .addColumn("extra", Types.IntegerType.get())
        .at(1, 10)
        .update("id", 1L, "name", "one", "extra", 5)
        // an older server's positions begin anew under the next epoch
        .at(2, 5)
        .insert("id", 2L, "name", "two", "extra", 6)
        .update("id", 1L, "name", "uno", "extra", 7)
        .commit();
    pair.at(1, 10)
        .update("a", 1, "b", "x", "x", new BigDecimal("1.50"))
        .unrepresentable("u", Map.of("x", "Infinity"), "a", 1, "b", "y")
        .commit();
    bag.at(1, 10).delete("id", 1L, "name", "same").insert("id", 2L, "name", "other").commit();
    lake.run();

    assertThat(lake.query("SELECT id, name, extra FROM lake.silver.shop.evolved"))
        .containsExactly("[1,uno,7]", "[2,two,6]");
    assertThat(lake.query("SELECT a, b, x, _unrepresentable FROM lake.silver.shop.pair"))
        .containsExactly("[1,x,1.50,null]", "[1,y,null,Map(x -> Infinity)]");
    assertThat(lake.query("SELECT _op, _new.b FROM lake.silver.shop.pair__changes"))
        .containsExactly("[update,y]");
    assertThat(lake.query("SELECT id, name FROM lake.silver.shop.bag"))
        .containsExactly("[1,same]", "[2,other]");
  }

  /** The state says that it holds no texts, and is not read for them, until one comes. */
  @Test
  void keepsATextThatComesWhereNoneWasBefore() {
    BronzeWriter log =
        new BronzeWriter(
            lake.catalog(),
            "shop",
            "texts",
            List.of("id"),
            columns(
                "id",
                Types.LongType.get(),
                "x",
                Types.DecimalType.of(10, 2),
                "note",
                Types.StringType.get()));
    log.at(1, 0).load();
    for (long id = 1; id <= 3; id++) {
      log.loaded("id", id, "x", new BigDecimal("1.50"), "note", "first");
    }
    log.commit();
    lake.run();
    assertThat(texts()).isEqualTo("none");

    log.at(1, 10).unrepresentable("u", Map.of("x", "NaN"), "id", 2L, "note", "second").commit();
    lake.run();
    assertThat(texts()).isEqualTo("maybe");

    log.at(1, 20)
        .updateWithout(List.of("x"), "id", 2L, "note", "third")
        .update("id", 3L, "x", new BigDecimal("2.50"), "note", "third")
        .commit();
    lake.run();
    assertThat(lake.query("SELECT id, x, note, _unrepresentable FROM lake.silver.shop.texts"))
        .containsExactly(
            "[1,1.50,first,null]", "[2,null,third,Map(x -> NaN)]", "[3,2.50,third,null]");

    lake.run(new Request(List.of("silver.shop.texts"), true), ModelLibrary.load(List.of()));
    assertThat(texts()).isEqualTo("maybe");
    assertThat(lake.query("SELECT id FROM lake.silver.shop.texts WHERE _unrepresentable.x = 'NaN'"))
        .containsExactly("[2]");
  }

  private static String texts() {
    return lake.catalog()
        .iceberg()
        .loadTable(TableIdentifier.of(Layer.SILVER.namespace("shop"), "texts"))
        .properties()
        .get("lakehouse.unrepresentable");
  }

  @Test
  void endsAsAFullRefreshDoes() {
    Random random = new Random(SEED);
    BronzeWriter log =
        new BronzeWriter(
            lake.catalog(),
            "shop",
            "random",
            List.of("id"),
            columns(
                "id",
                Types.LongType.get(),
                "name",
                Types.StringType.get(),
                "note",
                Types.StringType.get()));
    Map<Long, String> expected = new TreeMap<>();
    log.at(1, 0).load();
    for (long id = 0; id < 20; id++) {
      log.loaded("id", id, "name", "n", "note", "note " + id);
      expected.put(id, "n,note " + id);
    }
    log.commit();
    lake.run();
    long next = 100;
    for (int run = 0; run < 3; run++) {
      for (int change = 0; change < 60; change++) {
        log.next();
        List<Long> keys = List.copyOf(expected.keySet());
        long id = keys.get(random.nextInt(keys.size()));
        String name = "name " + run + "." + change;
        switch (random.nextInt(6)) {
          case 0 -> {
            log.insert("id", ++next, "name", name, "note", "fresh " + next);
            expected.put(next, name + ",fresh " + next);
          }
          case 1 -> {
            log.delete("id", id);
            expected.remove(id);
          }
          case 2 -> {
            log.update("id", id, "name", name, "note", "whole " + change);
            expected.put(id, name + ",whole " + change);
          }
          case 3 -> {
            long to = random.nextBoolean() ? ++next : 1_000 + random.nextInt(5);
            if (!expected.containsKey(to)) {
              log.rekey(Map.of("id", id), List.of("note"), "id", to, "name", name);
              expected.put(to, name + "," + expected.remove(id).split(",", 2)[1]);
            }
          }
          default -> {
            log.updateWithout(List.of("note"), "id", id, "name", name);
            expected.put(id, name + "," + expected.get(id).split(",", 2)[1]);
          }
        }
      }
      log.commit();
      lake.run();
    }
    String sql = "SELECT id, name, note FROM lake.silver.shop.random";
    List<String> incremental = lake.query(sql);
    lake.run(new Request(List.of("silver.shop.random"), true), ModelLibrary.load(List.of()));
    assertThat(incremental)
        .as("seed %d", SEED)
        .containsExactlyInAnyOrderElementsOf(
            expected.entrySet().stream()
                .map(e -> "[" + e.getKey() + "," + e.getValue() + "]")
                .toList())
        .isEqualTo(lake.query(sql));
  }

  @Test
  void refusesALeftOutValueThatIsNowhere() {
    BronzeWriter log = log("torn", List.of("id"));
    log.at(1, 0).load().loaded("id", 1L, "name", "one").commit();
    lake.run();
    log.at(1, 10).updateWithout(List.of("name"), "id", 2L).commit();
    assertThatThrownBy(() -> lake.run(select("silver.shop.torn"), List.of()))
        .isInstanceOfSatisfying(
            LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.DATA_CHECK))
        .hasMessageStartingWith(
            "Change log bronze.shop.torn leaves out a value that did not change, but there is no"
                + " former value of column name");
    log.at(1, 5).insert("id", 2L, "name", "two").commit();
    lake.run(select("silver.shop.torn"), List.of());
    assertThat(lake.query("SELECT id, name FROM lake.silver.shop.torn"))
        .containsExactly("[1,one]", "[2,two]");
  }

  @Test
  void goesOnOverACompactionAndRefusesADeletion() {
    BronzeWriter log = log("compacted", List.of("id"));
    log.at(1, 0).load().loaded("id", 1L, "name", "one").commit();
    lake.run(select("silver.shop.compacted"), List.of());
    log.at(1, 10).insert("id", 2L, "name", "two").commit();
    Table table = log.table();
    DataFile file = table.currentSnapshot().addedDataFiles(table.io()).iterator().next();
    table
        .newRewrite()
        .deleteFile(file)
        .addFile(DataFiles.builder(table.spec()).copy(file).withPath(file.location()).build())
        .commit();
    log.at(1, 20).insert("id", 3L, "name", "three").commit();
    lake.run(select("silver.shop.compacted"), List.of());
    assertThat(lake.query("SELECT id FROM lake.silver.shop.compacted"))
        .containsExactly("[1]", "[2]", "[3]");

    log.table().newDelete().deleteFile(file.location()).commit();
    assertThatThrownBy(() -> lake.run(select("silver.shop.compacted"), List.of()))
        .isInstanceOfSatisfying(
            LakeException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFLICT))
        .hasMessageContaining("lake models run --full-refresh --select silver.shop.compacted+");
    lake.run(new Request(List.of("silver.shop.compacted"), true), List.of());
  }

  private static Request select(String model) {
    return new Request(List.of(model), false);
  }

  private static BronzeWriter log(String table, List<String> key) {
    return new BronzeWriter(
        lake.catalog(),
        "shop",
        table,
        key,
        columns("id", Types.LongType.get(), "name", Types.StringType.get()));
  }

  private static List<String> state() {
    return lake.query("SELECT id, name, note FROM lake.silver.shop.item");
  }

  static LinkedHashMap<String, Type> columns(Object... namesAndTypes) {
    LinkedHashMap<String, Type> columns = new LinkedHashMap<>();
    for (int i = 0; i < namesAndTypes.length; i += 2) {
      columns.put((String) namesAndTypes[i], (Type) namesAndTypes[i + 1]);
    }
    return columns;
  }
}
