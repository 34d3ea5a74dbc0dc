package lakehouse.ingest.preflight;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import lakehouse.catalog.config.MaskConfig;
import lakehouse.catalog.config.SourceConfig;
import lakehouse.catalog.table.ChangeColumns;
import lakehouse.catalog.table.Layer;
import lakehouse.ingest.preflight.SourceFacts.Column;
import lakehouse.ingest.preflight.SourceFacts.Server;
import lakehouse.ingest.preflight.SourceFacts.Table;
import lakehouse.ingest.type.PostgresTypes;

/** Tells from a source's facts all that stops its capture with the engine flink-cdc. */
final class SourcePreflight {
  private static final int OLDEST_VERSION = 140_000;

  /**
   * The connector takes names as regular expressions in some places and not in others, and reads
   * each byte of a name in the log as a letter.
   */
  private static final Pattern FIT_NAME = Pattern.compile("[A-Za-z0-9_-]+");

  private static final Pattern FIT_COLUMN_NAME = Pattern.compile("\\p{ASCII}+");

  private final SourceConfig source;
  private final SourceFacts facts;
  private final List<Violation> violations = new ArrayList<>();

  private SourcePreflight(SourceConfig source, SourceFacts facts) {
    this.source = source;
    this.facts = facts;
  }

  /** All violations; none if the source can be captured. */
  static List<Violation> check(SourceConfig source, SourceFacts facts) {
    SourcePreflight preflight = new SourcePreflight(source, facts);
    preflight.server();
    preflight.slot();
    preflight.publication();
    preflight.patterns();
    preflight.tables();
    preflight.masks();
    return preflight.violations;
  }

  private void server() {
    Server server = facts.server();
    when(server.version() < OLDEST_VERSION, new Violation.ServerTooOld(server.version()));
    when(server.standby(), new Violation.IsStandby());
    when(!server.walLevel().equals("logical"), new Violation.WalLevelTooLow(server.walLevel()));
    when(
        !facts.role().replication() && !facts.role().superuser(),
        new Violation.NoReplicationAttribute(facts.role().name()));
    when(
        facts.slot(source).isEmpty() && server.usedSlots() >= server.maxSlots(),
        new Violation.NoFreeSlot(server.maxSlots()));
    when(
        server.usedSenders() >= server.maxSenders(),
        new Violation.NoFreeSender(server.maxSenders()));
  }

  private void slot() {
    facts
        .slot(source)
        .ifPresent(
            slot -> {
              when(
                  !slot.database().equals(source.database()) || !slot.plugin().equals("pgoutput"),
                  new Violation.SlotOfAnother(slot.name(), slot.database(), slot.plugin()));
              slot.activePid()
                  .ifPresent(pid -> violations.add(new Violation.SlotInUse(slot.name(), pid)));
            });
  }

  private void publication() {
    List<String> wanted =
        facts.tables().stream()
            .filter(table -> SourceFacts.wanted(source, table) && table.kind() == 'r')
            .map(Table::quoted)
            .toList();
    if (facts.publication().isEmpty()) {
      violations.add(new Violation.NoPublication(source.publication(), wanted));
      return;
    }
    when(
        !facts.publication().get().complete(),
        new Violation.PublicationIncomplete(source.publication()));
    when(facts.captured(source).isEmpty(), new Violation.NothingToCapture(source.publication()));
  }

  private void patterns() {
    for (String text : source.tables()) {
      TablePattern pattern = new TablePattern(text);
      List<Table> matches =
          facts.tables().stream()
              .filter(table -> pattern.matches(table.schema(), table.name()))
              .toList();
      if (matches.isEmpty()) {
        violations.add(new Violation.NothingMatches(text, nearest(text)));
      } else if (!text.contains("*") && facts.publication().isPresent()) {
        // what a name asks for must be there; of what a pattern matches, the publication decides
        Table table = matches.get(0);
        boolean logged = table.persistence() == 'p' && table.kind() != 'f';
        when(!logged, new Violation.NotLogged(table.quoted(), table.kind() == 'f'));
        when(
            logged && table.kind() == 'r' && !table.published(),
            new Violation.NotPublished(source.publication(), table.quoted()));
      }
    }
  }

  private List<String> nearest(String text) {
    String name = text.substring(text.indexOf('.') + 1).toLowerCase(Locale.ROOT);
    return facts.tables().stream()
        .filter(table -> distance(name, table.name().toLowerCase(Locale.ROOT)) <= 3)
        .sorted(
            Comparator.comparingInt(table -> distance(name, table.name().toLowerCase(Locale.ROOT))))
        .limit(3)
        .map(Table::qualifiedName)
        .toList();
  }

  private void tables() {
    List<Table> wanted =
        facts.tables().stream().filter(table -> SourceFacts.wanted(source, table)).toList();
    for (Table table : wanted) {
      boolean sent = table.published() || !named(table).isEmpty();
      when(table.kind() == 'p' && sent, new Violation.Partitioned(table.quoted()));
      if (table.kind() == 'r' && table.published()) {
        table(table);
      }
    }
    List<Table> captured =
        wanted.stream().filter(table -> table.kind() == 'r' && table.published()).toList();
    names(captured);
  }

  private List<String> named(Table table) {
    return source.tables().stream()
        .filter(text -> !text.contains("*"))
        .filter(text -> new TablePattern(text).matches(table.schema(), table.name()))
        .toList();
  }

  private void table(Table table) {
    String name = table.quoted();
    when(!table.readable(), new Violation.NotReadable(table.schema(), name, facts.role().name()));
    when(table.key().isEmpty(), new Violation.Keyless(name, false));
    when(!table.key().isEmpty() && table.keyDeferrable(), new Violation.Keyless(name, true));
    when(
        table.replicaIdentity() == 'n' || table.replicaIdentity() == 'i',
        new Violation.UnfitReplicaIdentity(name, table.replicaIdentity()));
    when(
        !FIT_NAME.matcher(table.schema()).matches() || !FIT_NAME.matcher(table.name()).matches(),
        new Violation.UnfitName(name));
    for (Column column : table.columns()) {
      when(column.generated(), new Violation.GeneratedColumn(name, column.name()));
      when(ChangeColumns.contains(column.name()), new Violation.NameTaken(name, column.name()));
      when(
          !FIT_COLUMN_NAME.matcher(column.name()).matches(),
          new Violation.UnfitColumnName(name, column.name()));
      when(
          PostgresTypes.UNFIT_FOR_FLINK_CDC.contains(column.type()),
          new Violation.UnfitType(name, column.name(), column.type()));
      when(column.finerThanMillis(), new Violation.InexactTime(name, column.name()));
    }
    byCase(table.columns().stream().map(Column::name).toList())
        .forEach(
            names -> violations.add(new Violation.NamesDifferByCase("columns of " + name, names)));
  }

  private void names(List<Table> captured) {
    List<String> all =
        facts.tables().stream()
            .filter(table -> table.kind() == 'r')
            .map(Table::qualifiedName)
            .toList();
    List<String> ours = captured.stream().map(Table::qualifiedName).toList();
    // the connector matches names regardless of case, so a table that is not asked for counts too
    byCase(all).stream()
        .filter(names -> names.stream().anyMatch(ours::contains))
        .forEach(names -> violations.add(new Violation.NamesDifferByCase("tables", names)));
    Map<String, List<String>> bronze =
        captured.stream()
            .collect(
                Collectors.groupingBy(
                    table ->
                        Layer.BRONZE.table(source.name(), table.schema(), table.name()).toString(),
                    LinkedHashMap::new,
                    Collectors.mapping(Table::qualifiedName, Collectors.toList())));
    bronze.forEach(
        (name, tables) -> when(tables.size() > 1, new Violation.SameBronzeTable(tables, name)));
  }

  private void masks() {
    for (MaskConfig mask : source.masks()) {
      TablePattern pattern = new TablePattern(mask.table());
      boolean found =
          facts.tables().stream()
              .filter(table -> SourceFacts.wanted(source, table) && table.published())
              .filter(table -> pattern.matches(table.schema(), table.name()))
              .anyMatch(
                  table -> table.columns().stream().anyMatch(c -> c.name().equals(mask.column())));
      when(!found, new Violation.MaskHidesNothing(mask.table(), mask.column()));
    }
  }

  private void when(boolean wrong, Violation violation) {
    if (wrong) {
      violations.add(violation);
    }
  }

  private static List<List<String>> byCase(List<String> names) {
    return names.stream()
        .collect(
            Collectors.groupingBy(
                name -> name.toLowerCase(Locale.ROOT), LinkedHashMap::new, Collectors.toList()))
        .values()
        .stream()
        .filter(same -> same.size() > 1)
        .toList();
  }

  /** Levenshtein's distance. */
  private static int distance(String one, String other) {
    int[] costs = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      costs[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int corner = costs[0];
      costs[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int replace = corner + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        corner = costs[j];
        costs[j] = Math.min(replace, Math.min(costs[j], costs[j - 1]) + 1);
      }
    }
    return costs[other.length()];
  }
}
