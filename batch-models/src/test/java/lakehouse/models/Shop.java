package lakehouse.models;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import lakehouse.catalog.branch.CatalogBranches;
import lakehouse.catalog.platform.ProgramProcess;
import lakehouse.models.model.ModelLibrary;
import lakehouse.models.publish.WriteAuditPublish.Published;
import lakehouse.models.publish.WriteAuditPublish.Request;
import org.apache.iceberg.types.Types;

/**
 * A source with one table of sales, models of its own on it and a {@code lake.yaml} that names
 * them, so that tests share a lake and not their tables.
 */
final class Shop {
  private final TestLake lake;
  private final String name;
  private final Path folder;
  private final BronzeWriter sale;

  Shop(TestLake lake, String name) {
    this.lake = lake;
    this.name = name;
    this.folder = lake.folder().resolve(name);
    this.sale =
        new BronzeWriter(
            lake.catalog(),
            name,
            "sale",
            List.of("sale_id"),
            ITCurrentState.columns(
                "sale_id", Types.LongType.get(),
                "day", Types.DateType.get(),
                "amount", Types.DecimalType.of(10, 2)));
    model(
        "revenue",
        """
        /*
        description: Sales of a day
        materialized: touched_partitions
        unique_key: day
        partition_by: day
        inputs:
          silver.${shop}.sale: {reach: day}
        audits:
          - not_null: [day, amount]
          - name: no_negative_day
            rows: SELECT day, amount FROM ${this} WHERE amount < 0
          - name: no_great_day
            rows: SELECT day, amount FROM ${this} WHERE amount > 1000
            severity: warn
        */
        SELECT day, CAST(sum(amount) AS DECIMAL(12, 2)) AS amount
        FROM ${ref('silver.${shop}.sale')}
        GROUP BY day
        """);
    model(
        "total",
        """
        /*
        description: All revenue
        materialized: full
        */
        SELECT sum(amount) AS amount FROM ${ref('gold.${shop}.revenue')}
        """);
    sale.at(1, 0).load();
    for (int day = 1; day <= 5; day++) {
      sale.loaded(sale(day, day, "10.00"));
    }
    sale.commit();
  }

  /** The log of the sales. */
  BronzeWriter sales() {
    return sale;
  }

  /** Values of a sale. */
  static Object[] sale(long id, int day, String amount) {
    return new Object[] {
      "sale_id", id, "day", LocalDate.of(2026, 1, day), "amount", new BigDecimal(amount)
    };
  }

  /** Writes a model of the shop; <code>${shop}</code> stands for its name. */
  Shop model(String model, String text) {
    try {
      Path file = file(model);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text.replace("${shop}", name), UTF_8);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes a model of the shop. */
  void remove(String model) {
    try {
      Files.delete(file(model));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path file(String model) {
    return folder.resolve("models/gold").resolve(name).resolve(model + ".sql");
  }

  /** A configuration that names the shop's models. */
  Path config() {
    return config("");
  }

  private Path config(String more) {
    try {
      Path file = folder.resolve("lake.yaml");
      Files.writeString(
          file,
          """
          catalog:
            uri: %s
            warehouse: %s
          models:
            paths: [models]
            parallelism: 1
          %s
          """
              .formatted(
                  lake.catalogConfig().uri(), lake.catalogConfig().warehouse(), more.indent(2)),
          UTF_8);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs all models by the program. */
  ProgramProcess run(String... arguments) {
    return ModelsProgram.run(config(), "run", arguments);
  }

  /** Runs all models by the program, with more said about them in the configuration. */
  ProgramProcess runWith(String more) {
    return ModelsProgram.run(config(more), "run");
  }

  /** Runs a verb of the program. */
  ProgramProcess program(String verb, String... arguments) {
    return ModelsProgram.run(config(), verb, arguments);
  }

  /** Runs all models of the shop, within this process. */
  Optional<Published> publish() {
    return lake.run(
        new Request(List.of("silver." + name + ".sale+"), false),
        ModelLibrary.loadFolder(folder.resolve("models")));
  }

  /** Makes all models of the shop anew, within this process. */
  Optional<Published> refresh() {
    return lake.run(
        new Request(List.of("silver." + name + ".sale+"), true),
        ModelLibrary.loadFolder(folder.resolve("models")));
  }

  /** The rows of a gold table on a reference. */
  List<String> rows(String reference, String table) {
    return lake.query(reference, "SELECT * FROM lake.gold.%s.%s".formatted(name, table));
  }

  /** The rows of all that is published. */
  List<List<String>> published() {
    return List.of(
        lake.query("SELECT sale_id, day, amount FROM lake.silver.%s.sale".formatted(name)),
        rows("main", "revenue"),
        rows("main", "total"));
  }

  /** Where {@code main} stands. */
  String head() {
    return new CatalogBranches(lake.catalog()).hash("main").orElseThrow();
  }

  /** The branches and tags whose name begins so. */
  List<String> references(String prefix) {
    return new CatalogBranches(lake.catalog())
        .all().stream()
            .map(reference -> reference.getName())
            .filter(reference -> reference.startsWith(prefix))
            .sorted()
            .toList();
  }
}
