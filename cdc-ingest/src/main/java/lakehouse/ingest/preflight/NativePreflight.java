package lakehouse.ingest.preflight;

import java.util.List;
import java.util.regex.Pattern;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.ingest.preflight.SourceFacts.Column;
import lakehouse.ingest.preflight.SourceFacts.Identity;
import lakehouse.ingest.preflight.SourceFacts.Publication;
import lakehouse.ingest.preflight.SourceFacts.Table;

/**
 * What stops the native engine. It takes tables of any types with or without a key, as long as the
 * log carries what a change needs, and nearly all names.
 */
final class NativePreflight {
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  /** The catalog's clients read these in a table's name as a branch, a hash, and a quote. */
  private static final Pattern MEANT_OTHERWISE = Pattern.compile("[@#`]");

  /** The models keep the changes of a table in another, whose name ends so. */
  private static final String CHANGES = "__changes";

  private final PostgresConfig source;
  private final SourceFacts facts;
  private final List<Violation> violations;

  NativePreflight(PostgresConfig source, SourceFacts facts, List<Violation> violations) {
    this.source = source;
    this.facts = facts;
    this.violations = violations;
  }

  void check() {
    partitioned();
    List<Table> captured = facts.capturedTables(source);
    captured.forEach(this::table);
    // positions and loads are kept by schema.table, whichever dot parts the two
    SourcePreflight.together(captured, Table::qualifiedName)
        .forEach((name, tables) -> violations.add(new NativeViolation.SameName(name)));
  }

  /** A partitioned table is one table, if its rows are sent as its own. */
  private void partitioned() {
    if (facts.publication().map(Publication::viaRoot).orElse(true)) {
      return;
    }
    for (Table table : facts.tables()) {
      boolean sent = table.published() || facts.leaves(table).stream().anyMatch(Table::published);
      when(
          table.kind() == 'p' && SourceFacts.wanted(source, table) && sent,
          new NativeViolation.PartitionsSentAlone(source.publication(), table.quoted()));
    }
  }

  private void table(Table table) {
    names(table);
    if (table.kind() == 'r') {
      identity(table);
    } else {
      // the log of a partition follows the partition's own identity
      facts.leaves(table).forEach(leaf -> leaf(table, leaf));
      when(
          table.identity().kind() == 'n',
          new NativeViolation.NoIdentity(table.quoted(), table.identity()));
    }
    when(
        table.columns().stream().allMatch(Column::generated),
        new NativeViolation.NoColumns(table.quoted()));
    for (Column column : table.columns()) {
      when(
          column.generated() && table.identity().columns().contains(column.name()),
          new NativeViolation.GeneratedKey(table.quoted(), column.name()));
    }
    sent(table);
  }

  private void names(Table table) {
    String name = table.quoted();
    boolean control =
        CONTROL.matcher(table.qualifiedName()).find()
            || table.columns().stream().anyMatch(c -> CONTROL.matcher(c.name()).find());
    when(control, new NativeViolation.ControlCharacter(name.replaceAll("\\p{Cntrl}", "?")));
    when(
        MEANT_OTHERWISE.matcher(table.qualifiedName()).find(),
        new NativeViolation.NameOfAReference(name));
    when(table.name().endsWith(CHANGES), new NativeViolation.NameOfChanges(name, CHANGES));
  }

  private void identity(Table table) {
    Identity identity = table.identity();
    if (!identity.full() && identity.columns().isEmpty()) {
      violations.add(new NativeViolation.NoIdentity(table.quoted(), identity));
    }
  }

  private void leaf(Table table, Table leaf) {
    when(
        !leaf.logged(),
        new NativeViolation.LeafNotLogged(table.quoted(), leaf.quoted(), leaf.kind()));
    List<String> key = table.identity().columns();
    boolean tells =
        leaf.identity().full() || (!key.isEmpty() && leaf.identity().columns().equals(key));
    when(
        leaf.logged() && table.identity().kind() != 'n' && !tells,
        new NativeViolation.LeafIdentity(table.quoted(), leaf.quoted(), key));
  }

  /** What the publication leaves out must not be needed to tell rows apart. */
  private void sent(Table table) {
    List<String> sent = table.sent().columns();
    if (table.sent().listed()) {
      List<String> missing =
          table.identity().columns().stream().filter(column -> !sent.contains(column)).toList();
      when(
          table.identity().full() || !missing.isEmpty(),
          new NativeViolation.ColumnListWithoutKey(source.publication(), table.quoted(), missing));
    }
    List<String> beyond =
        table.sent().filterColumns().stream()
            .filter(column -> !table.identity().columns().contains(column))
            .toList();
    when(
        !table.identity().full() && !beyond.isEmpty(),
        new NativeViolation.FilterBeyondIdentity(table.quoted(), beyond));
  }

  private void when(boolean wrong, Violation violation) {
    if (wrong) {
      violations.add(violation);
    }
  }
}
