package lakehouse.ingest.preflight;

import static lakehouse.ingest.preflight.GivenTable.column;
import static lakehouse.ingest.preflight.GivenTable.generated;
import static lakehouse.ingest.preflight.GivenTable.named;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import lakehouse.catalog.config.CaptureEngineName;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.ingest.capture.CaptureRun.CapturedTable;
import lakehouse.ingest.preflight.SourceFacts.Column;
import lakehouse.ingest.preflight.SourceFacts.Identity;
import lakehouse.ingest.preflight.SourceFacts.Publication;
import lakehouse.ingest.preflight.SourceFacts.Role;
import lakehouse.ingest.preflight.SourceFacts.Server;
import org.junit.jupiter.api.Test;

/** From facts to violations, where the native engine is to capture. */
class TestNativePreflight {
  private static final Server SERVER =
      new Server(160_009, "logical", "7", 1, false, 0, 10, 0, 10, 0);
  private static final Role ROLE = new Role("lake", false, true);
  private static final Publication BY_ROOT = new Publication("lake", true, true, true, true, true);
  private static final Publication BY_LEAF = new Publication("lake", true, true, true, true, false);

  @Test
  void takesWhatTheLogTellsWholeWhateverItsNameAndType() {
    assertThat(
            check(
                named("bag").identity('f'),
                named("deferred").deferrable('f'),
                named("indexed").identityIndex("code").with(column("code", "text")),
                named("generated").with(generated("g")),
                named("Order Items").with(column("größe", "_money")),
                named("a.b").with(column("select", "hstore")),
                named("Kunde"),
                named("kunde"),
                named("early").with(new Column("at", "time", -1, false, true))))
        .isEmpty();
  }

  @Test
  void refusesTablesWhoseUpdatesTheSourceRefuses() {
    assertThat(
            check(
                named("keyless").identity('d'),
                named("deferred").deferrable('d'),
                named("nothing").identity('n', "id"),
                named("gone").identityIndex()))
        .containsExactly(
            new NativeViolation.NoIdentity("public.keyless", identity('d', false)),
            new NativeViolation.NoIdentity("public.deferred", identity('d', true, "id")),
            new NativeViolation.NoIdentity("public.nothing", identity('n', false, "id")),
            new NativeViolation.NoIdentity("public.gone", identity('i', false, "id")));
    assertThat(new NativeViolation.NoIdentity("public.k", identity('d', false)).remedy())
        .isEqualTo(
            "ALTER TABLE public.k ADD PRIMARY KEY (<columns>); or ALTER TABLE public.k REPLICA"
                + " IDENTITY FULL; -- or name it under `exclude`, and take it out of the"
                + " publication");
    assertThat(new NativeViolation.NoIdentity("public.k", identity('d', true, "id")).remedy())
        .startsWith("ALTER TABLE public.k REPLICA IDENTITY FULL;");
    assertThat(new NativeViolation.NoIdentity("public.k", identity('n', false, "id")).remedy())
        .isEqualTo("ALTER TABLE public.k REPLICA IDENTITY DEFAULT;");
  }

  @Test
  void takesAPartitionedTableAsOneIfItIsSentAsOne() {
    GivenTable[] tables = {
      named("parent").partitioned(),
      named("leaf").partitionOf("public.parent").unpublished(),
      named("alone")
    };
    assertThat(check(tables)).isEmpty();
    assertThat(facts(BY_ROOT, tables).captured(source()))
        .extracting(CapturedTable::table)
        .containsExactly("parent", "alone");
  }

  @Test
  void refusesAPartitionedTableWhosePartitionsAreSent() {
    GivenTable[] tables = {
      named("parent").partitioned(), named("leaf").partitionOf("public.parent")
    };
    assertThat(SourcePreflight.check(source(), facts(BY_LEAF, tables)))
        .containsExactly(new NativeViolation.PartitionsSentAlone("lake", "public.parent"));
    assertThat(new NativeViolation.PartitionsSentAlone("lake", "public.parent").remedy())
        .startsWith("ALTER PUBLICATION lake SET (publish_via_partition_root = true);");
    // each by itself, if the table they are partitions of is not asked for
    PostgresConfig leaves = source(List.of("*"), List.of("parent"));
    assertThat(SourcePreflight.check(leaves, facts(BY_LEAF, tables))).isEmpty();
    assertThat(facts(BY_LEAF, tables).captured(leaves))
        .extracting(CapturedTable::table)
        .containsExactly("leaf");
  }

  @Test
  void looksAtThePartitionsOfATable() {
    assertThat(
            check(
                named("parent").partitioned(),
                leaf("good"),
                leaf("foreign").foreign(),
                leaf("unlogged").unlogged(),
                leaf("full").identity('f', "id"),
                leaf("other").identityIndex("code"),
                leaf("closed").unreadable(),
                named("bag").partitioned().identity('d'),
                named("keyed").partitionOf("public.bag").unpublished(),
                named("whole").partitionOf("public.bag").unpublished().identity('f')))
        .containsExactlyInAnyOrder(
            new NativeViolation.LeafNotLogged("public.parent", "public.\"foreign\"", 'f'),
            new NativeViolation.LeafNotLogged("public.parent", "public.unlogged", 'r'),
            new NativeViolation.LeafIdentity("public.parent", "public.other", List.of("id")),
            new SourceViolation.NotReadable("public", "public.closed", "lake"),
            new NativeViolation.LeafIdentity("public.bag", "public.keyed", List.of()));
  }

  @Test
  void refusesWhatLeavesTheKeyOut() {
    assertThat(
            check(
                named("generated").identity('d', "g").with(generated("g")),
                named("empty").withoutColumns().identity('f'),
                named("listed").columnList("v").with(column("v", "text")),
                named("whole").columnList("id").identity('f'),
                named("filtered").filteredBy("id", "v").with(column("v", "text")),
                named("by_key").filteredBy("id"),
                named("by_all").filteredBy("v").identity('f', "id").with(column("v", "text"))))
        .containsExactlyInAnyOrder(
            new NativeViolation.GeneratedKey("public.generated", "g"),
            new NativeViolation.NoColumns("public.empty"),
            new NativeViolation.ColumnListWithoutKey("lake", "public.listed", List.of("id")),
            new NativeViolation.ColumnListWithoutKey("lake", "public.whole", List.of()),
            new NativeViolation.FilterBeyondIdentity("public.filtered", List.of("v")));
  }

  @Test
  void refusesNamesThatTheLakeCannotKeepApart() {
    assertThat(
            check(
                source(List.of("*.*"), List.of()),
                named("line\nfeed"),
                named("column").with(column("line\nfeed", "text")),
                named("user@home"),
                named("item__changes"),
                named("twice").with(column("ID", "int4")),
                named("taken").with(column("_Op", "text")),
                named("a.b", "c"),
                named("a", "b.c"),
                named("x_y"),
                named("x", "y")))
        .containsExactlyInAnyOrder(
            new NativeViolation.ControlCharacter("public.\"line?feed\""),
            new NativeViolation.ControlCharacter("public.\"column\""),
            new NativeViolation.NameOfAReference("public.\"user@home\""),
            new NativeViolation.NameOfChanges("public.item__changes", "__changes"),
            new SourceViolation.NamesDifferByCase("columns of public.twice", List.of("id", "ID")),
            new SourceViolation.NameTaken("public.taken", "_Op"),
            new NativeViolation.SameName("a.b.c"),
            new SourceViolation.SameBronzeTable(List.of("public.x_y", "x.y"), "bronze.test.x_y"));
  }

  @Test
  void namesThePublicationThatIsToBeMade() {
    SourceFacts facts =
        new SourceFacts(
            SERVER,
            ROLE,
            Optional.empty(),
            List.of(),
            Stream.of(
                    named("parent").partitioned(),
                    named("leaf").partitionOf("public.parent"),
                    named("alone"),
                    named("elsewhere").foreign())
                .map(table -> table.unpublished().table())
                .toList(),
            Map.of());
    List<Violation> violations = SourcePreflight.check(source(), facts);
    assertThat(violations)
        .containsExactly(
            new SourceViolation.NoPublication(
                "lake", List.of("public.parent", "public.alone"), true));
    assertThat(violations.get(0).remedy())
        .isEqualTo(
            "CREATE PUBLICATION lake FOR TABLE public.parent, public.alone"
                + " WITH (publish_via_partition_root = true);");
  }

  private static GivenTable leaf(String name) {
    return named(name).partitionOf("public.parent").unpublished();
  }

  private static Identity identity(char kind, boolean deferrable, String... primaryKey) {
    return new Identity(kind, List.of(primaryKey), deferrable, List.of());
  }

  private static List<Violation> check(GivenTable... tables) {
    return check(source(), tables);
  }

  private static List<Violation> check(PostgresConfig source, GivenTable... tables) {
    return SourcePreflight.check(source, facts(BY_ROOT, tables));
  }

  private static SourceFacts facts(Publication publication, GivenTable... tables) {
    return new SourceFacts(
        SERVER,
        ROLE,
        Optional.of(publication),
        List.of(),
        Stream.of(tables).map(GivenTable::table).toList(),
        Map.of());
  }

  private static PostgresConfig source() {
    return source(List.of("*"), List.of());
  }

  private static PostgresConfig source(List<String> tables, List<String> exclude) {
    return GivenSource.of(CaptureEngineName.NATIVE, tables, exclude);
  }
}
