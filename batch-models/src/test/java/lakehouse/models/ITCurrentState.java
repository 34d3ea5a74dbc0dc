package lakehouse.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lakehouse.catalog.LakeCatalog;
import lakehouse.models.publish.WriteAuditPublish.Published;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ITCurrentState {
  private static TestLake lake;
  private static LakeCatalog catalog;

  @BeforeAll
  static void start() {
    lake = TestLake.start();
    catalog = lake.catalog();
  }

  @AfterAll
  static void stop() {
    catalog.close();
    lake.close();
  }

  @Test
  void followsChangesDeletesKeysAndLeftOutValues() {
    BronzeWriter log =
        new BronzeWriter(
            catalog,
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
