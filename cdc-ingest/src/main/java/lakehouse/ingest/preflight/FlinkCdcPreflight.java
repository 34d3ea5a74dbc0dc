package lakehouse.ingest.preflight;

import java.util.List;
import java.util.regex.Pattern;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.TablePattern;
import lakehouse.ingest.preflight.SourceFacts.Column;
import lakehouse.ingest.preflight.SourceFacts.Table;
import lakehouse.ingest.type.PostgresTypes;

/** What stops the engine flink-cdc: the limits of its connector. */
final class FlinkCdcPreflight {
  /**
   * The connector takes names as regular expressions in some places and not in others, and reads
   * each byte of a name in the log as a letter.
   */
  private static final Pattern FIT_NAME = Pattern.compile("[A-Za-z0-9_-]+");

  private static final Pattern FIT_COLUMN_NAME = Pattern.compile("\\p{ASCII}+");

  private final PostgresConfig source;
  private final SourceFacts facts;
  private final List<Violation> violations;

  FlinkCdcPreflight(PostgresConfig source, SourceFacts facts, List<Violation> violations) {
    this.source = source;
    this.facts = facts;
    this.violations = violations;
  }

  void check() {
    for (Table table : facts.tables()) {
      boolean sent = table.published() || named(table);
      when(
          table.kind() == 'p' && SourceFacts.wanted(source, table) && sent,
          new FlinkCdcViolation.Partitioned(table.quoted()));
    }
    List<Table> captured = facts.capturedTables(source);
    captured.forEach(this::table);
    names(captured);
  }

  private boolean named(Table table) {
    return source.tables().stream()
        .map(TablePattern::new)
        .anyMatch(pattern -> !pattern.wildcard() && pattern.matches(table.schema(), table.name()));
  }

  private void table(Table table) {
    String name = table.quoted();
    when(table.key().isEmpty(), new FlinkCdcViolation.Keyless(name, false));
    when(
        !table.key().isEmpty() && table.identity().deferrable(),
        new FlinkCdcViolation.Keyless(name, true));
    when(
        table.identity().kind() == 'n' || table.identity().kind() == 'i',
        new FlinkCdcViolation.UnfitReplicaIdentity(name, table.identity().kind()));
    when(
        !FIT_NAME.matcher(table.schema()).matches() || !FIT_NAME.matcher(table.name()).matches(),
        new FlinkCdcViolation.UnfitName(name));
    for (Column column : table.columns()) {
      when(column.generated(), new FlinkCdcViolation.GeneratedColumn(name, column.name()));
      when(
          !FIT_COLUMN_NAME.matcher(column.name()).matches(),
          new FlinkCdcViolation.UnfitColumnName(name, column.name()));
      when(
          PostgresTypes.UNFIT_FOR_FLINK_CDC.contains(column.type()),
          new FlinkCdcViolation.UnfitType(name, column.name(), column.type()));
      when(column.finerThanMillis(), new FlinkCdcViolation.InexactTime(name, column.name()));
    }
  }

  private void names(List<Table> captured) {
    List<String> all =
        facts.tables().stream()
            .filter(table -> table.kind() == 'r')
            .map(Table::qualifiedName)
            .toList();
    List<String> ours = captured.stream().map(Table::qualifiedName).toList();
    // the connector matches names regardless of case, so a table that is not asked for counts too
    SourcePreflight.byCase(all).stream()
        .filter(names -> names.stream().anyMatch(ours::contains))
        .forEach(names -> violations.add(new SourceViolation.NamesDifferByCase("tables", names)));
  }

  private void when(boolean wrong, Violation violation) {
    if (wrong) {
      violations.add(violation);
    }
  }
}
