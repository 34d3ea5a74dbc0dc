package lakehouse.ingest.preflight;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import lakehouse.catalog.config.MaskConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.TablePattern;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.catalog.table.Layer;
import lakehouse.ingest.preflight.SourceFacts.Column;
import lakehouse.ingest.preflight.SourceFacts.Publication;
import lakehouse.ingest.preflight.SourceFacts.Server;
import lakehouse.ingest.preflight.SourceFacts.Table;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * Tells from a source's facts all that stops its capture: here what stops any engine, and by {@link
 * FlinkCdcPreflight} or {@link NativePreflight} what stops the one that is to capture it.
 */
final class SourcePreflight {
  private static final int OLDEST_VERSION = 140_000;

  /** -1 for what is further away. */
  private static final LevenshteinDistance NEAR = new LevenshteinDistance(3);

  private final PostgresConfig source;
  private final SourceFacts facts;
  private final List<Violation> violations = new ArrayList<>();

  private SourcePreflight(PostgresConfig source, SourceFacts facts) {
    this.source = source;
    this.facts = facts;
  }

  /** All violations; none if the source can be captured. */
  static List<Violation> check(PostgresConfig source, SourceFacts facts) {
    SourcePreflight preflight = new SourcePreflight(source, facts);
    preflight.server();
    preflight.slot();
    preflight.publication();
    preflight.patterns();
    preflight.tables();
    switch (source.engine()) {
      case FLINK_CDC -> new FlinkCdcPreflight(source, facts, preflight.violations).check();
      case NATIVE -> new NativePreflight(source, facts, preflight.violations).check();
    }
    preflight.masks();
    return preflight.violations;
  }

  private void server() {
    Server server = facts.server();
    when(server.version() < OLDEST_VERSION, new SourceViolation.ServerTooOld(server.version()));
    when(server.standby(), new SourceViolation.IsStandby());
    when(
        !server.walLevel().equals("logical"),
        new SourceViolation.WalLevelTooLow(server.walLevel()));
    when(
        !facts.role().replication() && !facts.role().superuser(),
        new SourceViolation.NoReplicationAttribute(facts.role().name()));
    when(
        facts.slot(source).isEmpty() && server.usedSlots() >= server.maxSlots(),
        new SourceViolation.NoFreeSlot(server.maxSlots()));
    when(
        server.usedSenders() >= server.maxSenders(),
        new SourceViolation.NoFreeSender(server.maxSenders()));
  }

  private void slot() {
    facts
        .slot(source)
        .ifPresent(
            slot -> {
              when(
                  !slot.database().equals(source.database()) || !slot.plugin().equals("pgoutput"),
                  new SourceViolation.SlotOfAnother(slot.name(), slot.database(), slot.plugin()));
              slot.activePid()
                  .ifPresent(
                      pid -> violations.add(new SourceViolation.SlotInUse(slot.name(), pid)));
            });
  }

  private void publication() {
    if (facts.publication().isEmpty()) {
      violations.add(noPublication());
      return;
    }
    Publication publication = facts.publication().get();
    when(!publication.complete(), new SourceViolation.PublicationIncomplete(publication.name()));
    when(
        facts.capturedTables(source).isEmpty(),
        new SourceViolation.NothingToCapture(publication.name()));
  }

  private Violation noPublication() {
    List<Table> wanted =
        facts.tables().stream().filter(table -> SourceFacts.wanted(source, table)).toList();
    List<Table> sent =
        switch (source.engine()) {
          case FLINK_CDC -> wanted.stream().filter(table -> table.kind() == 'r').toList();
          case NATIVE ->
              wanted.stream()
                  .filter(table -> table.logged() && table.ancestors().isEmpty())
                  .toList();
        };
    return new SourceViolation.NoPublication(
        source.publication(),
        sent.stream().map(Table::quoted).toList(),
        sent.stream().anyMatch(table -> table.kind() == 'p'));
  }

  private void patterns() {
    for (String text : source.tables()) {
      TablePattern pattern = new TablePattern(text);
      List<Table> matches =
          facts.tables().stream()
              .filter(table -> pattern.matches(table.schema(), table.name()))
              .toList();
      if (matches.isEmpty()) {
        violations.add(new SourceViolation.NothingMatches(text, nearest(pattern.table())));
      } else if (!pattern.wildcard() && facts.publication().isPresent()) {
        // what a name asks for must be there; of what a pattern matches, the publication decides
        Table table = matches.get(0);
        when(!table.logged(), new SourceViolation.NotLogged(table.quoted(), table.kind() == 'f'));
        when(
            table.logged() && table.kind() == 'r' && !table.published(),
            new SourceViolation.NotPublished(source.publication(), table.quoted()));
      }
    }
  }

  private List<String> nearest(String text) {
    String name = text.toLowerCase(Locale.ROOT);
    Map<String, Integer> distances = new LinkedHashMap<>();
    for (Table table : facts.tables()) {
      int distance = NEAR.apply(name, table.name().toLowerCase(Locale.ROOT));
      if (distance >= 0) {
        distances.put(table.qualifiedName(), distance);
      }
    }
    return distances.entrySet().stream()
        .sorted(Map.Entry.comparingByValue())
        .limit(3)
        .map(Map.Entry::getKey)
        .toList();
  }

  private void tables() {
    List<Table> captured = facts.capturedTables(source);
    captured.forEach(this::table);
    together(
            captured,
            table -> Layer.BRONZE.table(source.name(), table.schema(), table.name()).toString())
        .forEach(
            (name, tables) -> violations.add(new SourceViolation.SameBronzeTable(tables, name)));
  }

  private void table(Table table) {
    String name = table.quoted();
    readable(table);
    facts.leaves(table).forEach(this::readable);
    List<String> columns = table.columns().stream().map(Column::name).toList();
    for (String column : columns) {
      when(ChangeColumns.reserved(column), new SourceViolation.NameTaken(name, column));
    }
    byCase(columns)
        .forEach(
            names ->
                violations.add(new SourceViolation.NamesDifferByCase("columns of " + name, names)));
  }

  private void readable(Table table) {
    String role = facts.role().name();
    when(
        !table.access().readable(),
        new SourceViolation.NotReadable(table.schema(), table.quoted(), role));
    when(
        table.access().readable() && table.access().rowsHidden(),
        new SourceViolation.RowsHidden(table.quoted(), role));
  }

  private void masks() {
    for (MaskConfig mask : source.masks()) {
      TablePattern pattern = new TablePattern(mask.table());
      boolean found =
          facts.capturedTables(source).stream()
              .filter(table -> pattern.matches(table.schema(), table.name()))
              .anyMatch(
                  table -> table.columns().stream().anyMatch(c -> c.name().equals(mask.column())));
      when(!found, new SourceViolation.MaskHidesNothing(mask.table(), mask.column()));
    }
  }

  private void when(boolean wrong, Violation violation) {
    if (wrong) {
      violations.add(violation);
    }
  }

  /** Names that differ by case only, those of one kind together. */
  static List<List<String>> byCase(List<String> names) {
    return names.stream()
        .collect(
            Collectors.groupingBy(
                name -> name.toLowerCase(Locale.ROOT), LinkedHashMap::new, Collectors.toList()))
        .values()
        .stream()
        .filter(same -> same.size() > 1)
        .toList();
  }

  /** The names of tables that fall on the same name, by that name. */
  static Map<String, List<String>> together(List<Table> tables, Function<Table, String> name) {
    Map<String, List<String>> together =
        tables.stream()
            .collect(
                Collectors.groupingBy(
                    name,
                    LinkedHashMap::new,
                    Collectors.mapping(Table::qualifiedName, Collectors.toList())));
    together.values().removeIf(names -> names.size() == 1);
    return together;
  }
}
