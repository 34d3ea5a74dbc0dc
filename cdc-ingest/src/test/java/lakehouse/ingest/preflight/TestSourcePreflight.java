package lakehouse.ingest.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lakehouse.catalog.config.CaptureEngineName;
import lakehouse.catalog.config.MaskConfig;
import lakehouse.catalog.config.Secret;
import lakehouse.catalog.config.SourceConfig;
import lakehouse.ingest.preflight.SourceFacts.Column;
import lakehouse.ingest.preflight.SourceFacts.Publication;
import lakehouse.ingest.preflight.SourceFacts.Role;
import lakehouse.ingest.preflight.SourceFacts.Server;
import lakehouse.ingest.preflight.SourceFacts.Slot;
import lakehouse.ingest.preflight.SourceFacts.Table;
import org.junit.jupiter.api.Test;

/** From facts to violations. */
class TestSourcePreflight {
  private static final Server SERVER =
      new Server(160_009, "logical", "7", 1, false, 0, 10, 0, 10, 0);
  private static final Role ROLE = new Role("lake", false, true);
  private static final Publication PUBLICATION = new Publication("lake", true, true, true, true);

  @Test
  void findsNothingWrongWithAGoodSource() {
    assertThat(check(source(List.of("*")), SERVER, ROLE, table("good"))).isEmpty();
  }

  @Test
  void tellsAllThatIsWrongWithTheServerAtOnce() {
    Server server = new Server(130_000, "replica", "7", 1, true, 0, 2, 2, 3, 3);
    assertThat(check(source(List.of("*")), server, new Role("lake", false, false), table("t")))
        .containsExactly(
            new Violation.ServerTooOld(130_000),
            new Violation.IsStandby(),
            new Violation.WalLevelTooLow("replica"),
            new Violation.NoReplicationAttribute("lake"),
            new Violation.NoFreeSlot(2),
            new Violation.NoFreeSender(3));
  }

  @Test
  void givesTheStatementThatMendsIt() {
    assertThat(new Violation.NoReplicationAttribute("Lake").remedy())
        .isEqualTo("ALTER ROLE \"Lake\" REPLICATION;");
    assertThat(new Violation.NotReadable("s", "s.t", "lake").remedy())
        .isEqualTo("GRANT USAGE ON SCHEMA s TO lake; GRANT SELECT ON s.t TO lake;");
    assertThat(new Violation.NotPublished("lake", "public.\"T\"").remedy())
        .isEqualTo("ALTER PUBLICATION lake ADD TABLE public.\"T\";");
    assertThat(new Violation.NoPublication("lake", List.of("public.a", "public.b")).remedy())
        .isEqualTo("CREATE PUBLICATION lake FOR TABLE public.a, public.b;");
    assertThat(new Violation.UnfitReplicaIdentity("public.a", 'n').remedy())
        .isEqualTo("ALTER TABLE public.a REPLICA IDENTITY DEFAULT;");
  }

  @Test
  void refusesTablesThatTheConnectorWouldCorrupt() {
    Table keyless = table("keyless").with(List.of());
    assertThat(
            check(
                source(List.of("*")),
                SERVER,
                ROLE,
                kind(withKey(keyless, List.of(), false), 'r'),
                withKey(table("deferred"), List.of("id"), true),
                kind(table("parent"), 'p'),
                column("generated", new Column("g", "int4", -1, true, false)),
                column("left_out", new Column("x", "_bytea", -1, false, false)),
                column("array", new Column("a", "_text", -1, false, false)),
                column("fine", new Column("at", "time", -1, false, true)),
                column("taken", new Column("_seq", "int4", -1, false, false)),
                column("twice", new Column("ID", "int4", -1, false, false)),
                table("odd name"),
                table("größe"),
                column("umlaut", new Column("größe", "int4", -1, false, false)),
                identity(table("nothing"), 'n')))
        .containsExactlyInAnyOrder(
            new Violation.Keyless("public.keyless", false),
            new Violation.Keyless("public.deferred", true),
            new Violation.Partitioned("public.parent"),
            new Violation.GeneratedColumn("public.generated", "g"),
            new Violation.UnfitType("public.left_out", "x", "_bytea"),
            new Violation.InexactTime("public.fine", "at"),
            new Violation.NameTaken("public.taken", "_seq"),
            new Violation.NamesDifferByCase("columns of public.twice", List.of("id", "ID")),
            new Violation.UnfitName("public.\"odd name\""),
            new Violation.UnfitName("public.\"größe\""),
            new Violation.UnfitColumnName("public.umlaut", "größe"),
            new Violation.UnfitReplicaIdentity("public.nothing", 'n'));
  }

  @Test
  void takesAPatternsTablesFromThePublicationButWantsANamedOne() {
    Table notSent = published(table("not_sent"), false);
    assertThat(check(source(List.of("*")), SERVER, ROLE, table("t"), notSent)).isEmpty();
    assertThat(check(source(List.of("t", "not_sent")), SERVER, ROLE, table("t"), notSent))
        .containsExactly(new Violation.NotPublished("lake", "public.not_sent"));
  }

  @Test
  void namesWhatIsNearATableThatIsNotThere() {
    assertThat(check(source(List.of("metre", "t")), SERVER, ROLE, table("meter"), table("t")))
        .containsExactly(new Violation.NothingMatches("metre", List.of("public.meter")));
  }

  @Test
  void refusesTablesThatReadersCannotTellApart() {
    Table other =
        new Table(
            "a", "b_c", 'r', 'p', 'd', true, true, List.of("id"), false, 0, table("t").columns());
    assertThat(
            check(
                source(List.of("*", "a.*")),
                SERVER,
                ROLE,
                table("a_b_c"),
                other,
                table("T"),
                table("t")))
        .containsExactlyInAnyOrder(
            new Violation.SameBronzeTable(List.of("public.a_b_c", "a.b_c"), "bronze.test.a_b_c"),
            new Violation.NamesDifferByCase("tables", List.of("public.T", "public.t")));
  }

  @Test
  void wantsEachMaskToHideSomething() {
    SourceConfig source =
        source(
            List.of("*"),
            new MaskConfig("t", "id", MaskConfig.Method.REDACT),
            new MaskConfig("t", "idd", MaskConfig.Method.TOKEN));
    assertThat(check(source, SERVER, ROLE, table("t")))
        .containsExactly(new Violation.MaskHidesNothing("t", "idd"));
  }

  @Test
  void tellsASlotInUseFromOneThatIsBroken() {
    Slot active = new Slot("lake_test", "pgoutput", "test", Optional.of(42), "reserved", 0);
    Slot other = new Slot("lake_test", "wal2json", "else", Optional.empty(), "reserved", 0);
    assertThat(check(facts(SERVER, ROLE, List.of(active), table("t"))))
        .containsExactly(new Violation.SlotInUse("lake_test", 42))
        .allMatch(Violation::conflict);
    assertThat(check(facts(SERVER, ROLE, List.of(other), table("t"))))
        .containsExactly(new Violation.SlotOfAnother("lake_test", "else", "wal2json"))
        .noneMatch(Violation::conflict);
  }

  @Test
  void missesThePublication() {
    SourceFacts facts =
        new SourceFacts(
            SERVER,
            ROLE,
            Optional.empty(),
            List.of(),
            List.of(published(table("t"), false)),
            Map.of());
    assertThat(check(facts))
        .containsExactly(new Violation.NoPublication("lake", List.of("public.t")));
  }

  private static List<Violation> check(SourceFacts facts) {
    return SourcePreflight.check(source(List.of("*")), facts);
  }

  private static List<Violation> check(
      SourceConfig source, Server server, Role role, Table... tables) {
    return SourcePreflight.check(source, facts(server, role, List.of(), tables));
  }

  private static SourceFacts facts(Server server, Role role, List<Slot> slots, Table... tables) {
    return new SourceFacts(
        server, role, Optional.of(PUBLICATION), slots, List.of(tables), Map.of());
  }

  private static SourceConfig source(List<String> tables, MaskConfig... masks) {
    return new SourceConfig(
        "test",
        CaptureEngineName.FLINK_CDC,
        "localhost",
        5432,
        "test",
        "lake",
        new Secret("x"),
        "lake_test",
        "lake",
        tables,
        List.of(),
        List.of(masks));
  }

  private static Table table(String name) {
    return new Table(
        "public",
        name,
        'r',
        'p',
        'd',
        true,
        true,
        List.of("id"),
        false,
        100,
        List.of(new Column("id", "int4", -1, false, false)));
  }

  private static Table column(String name, Column column) {
    List<Column> columns = new ArrayList<>(table(name).columns());
    columns.add(column);
    return table(name).with(columns);
  }

  private static Table withKey(Table t, List<String> key, boolean deferrable) {
    return new Table(
        t.schema(),
        t.name(),
        t.kind(),
        t.persistence(),
        t.replicaIdentity(),
        t.published(),
        t.readable(),
        key,
        deferrable,
        t.rowBytes(),
        t.columns());
  }

  private static Table kind(Table t, char kind) {
    return new Table(
        t.schema(),
        t.name(),
        kind,
        t.persistence(),
        t.replicaIdentity(),
        t.published(),
        t.readable(),
        t.key(),
        t.keyDeferrable(),
        t.rowBytes(),
        t.columns());
  }

  private static Table identity(Table t, char identity) {
    return new Table(
        t.schema(),
        t.name(),
        t.kind(),
        t.persistence(),
        identity,
        t.published(),
        t.readable(),
        t.key(),
        t.keyDeferrable(),
        t.rowBytes(),
        t.columns());
  }

  private static Table published(Table t, boolean published) {
    return new Table(
        t.schema(),
        t.name(),
        t.kind(),
        t.persistence(),
        t.replicaIdentity(),
        published,
        t.readable(),
        t.key(),
        t.keyDeferrable(),
        t.rowBytes(),
        t.columns());
  }
}
