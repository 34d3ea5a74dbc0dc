package lakehouse.ingest.preflight;

import java.util.ArrayList;
import java.util.List;
import lakehouse.ingest.preflight.SourceFacts.Access;
import lakehouse.ingest.preflight.SourceFacts.Column;
import lakehouse.ingest.preflight.SourceFacts.Identity;
import lakehouse.ingest.preflight.SourceFacts.Sent;
import lakehouse.ingest.preflight.SourceFacts.Table;

/** A table of a source, sound unless the test says otherwise: an integer {@code id} is its key. */
final class GivenTable {
  private final String schema;
  private final String name;
  private final List<Column> columns = new ArrayList<>(List.of(column("id", "int4")));
  private char kind = 'r';
  private char persistence = 'p';
  private List<String> ancestors = List.of();
  private Identity identity = new Identity('d', List.of("id"), false, List.of());
  private Sent sent = new Sent(true, false, List.of(), List.of());
  private Access access = new Access(true, false);

  private GivenTable(String schema, String name) {
    this.schema = schema;
    this.name = name;
  }

  static GivenTable named(String name) {
    return new GivenTable("public", name);
  }

  static GivenTable named(String schema, String name) {
    return new GivenTable(schema, name);
  }

  static Column column(String name, String type) {
    return new Column(name, type, -1, false, false);
  }

  static Column generated(String name) {
    return new Column(name, "int4", -1, true, false);
  }

  GivenTable with(Column column) {
    columns.add(column);
    return this;
  }

  GivenTable withoutColumns() {
    columns.clear();
    return this;
  }

  GivenTable partitioned() {
    kind = 'p';
    return this;
  }

  GivenTable foreign() {
    kind = 'f';
    return this;
  }

  GivenTable unlogged() {
    persistence = 'u';
    return this;
  }

  GivenTable partitionOf(String... qualifiedNames) {
    ancestors = List.of(qualifiedNames);
    return this;
  }

  GivenTable identity(char kind, String... primaryKey) {
    identity = new Identity(kind, List.of(primaryKey), false, List.of());
    return this;
  }

  GivenTable deferrable(char kind) {
    identity = new Identity(kind, List.of("id"), true, List.of());
    return this;
  }

  GivenTable identityIndex(String... columns) {
    identity = new Identity('i', List.of("id"), false, List.of(columns));
    return this;
  }

  GivenTable unpublished() {
    sent = new Sent(false, false, List.of(), List.of());
    return this;
  }

  GivenTable columnList(String... columns) {
    sent = new Sent(true, true, List.of(columns), List.of());
    return this;
  }

  GivenTable filteredBy(String... columns) {
    sent = new Sent(true, false, List.of(), List.of(columns));
    return this;
  }

  GivenTable unreadable() {
    access = new Access(false, false);
    return this;
  }

  GivenTable withHiddenRows() {
    access = new Access(true, true);
    return this;
  }

  Table table() {
    return new Table(
        schema, name, kind, persistence, ancestors, identity, sent, access, 100, columns);
  }
}
