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
import lakehouse.catalog.config.MaskConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.ingest.preflight.SourceFacts.Column;
import lakehouse.ingest.preflight.SourceFacts.Publication;
import lakehouse.ingest.preflight.SourceFacts.Role;
import lakehouse.ingest.preflight.SourceFacts.Server;
import lakehouse.ingest.preflight.SourceFacts.Slot;
import org.junit.jupiter.api.Test;

/** From facts to violations: those of any engine, and those of flink-cdc. */
class TestSourcePreflight {
  private static final Server SERVER =
      new Server(160_009, "logical", "7", 1, false, 0, 10, 0, 10, 0);
  private static final Role ROLE = new Role("lake", false, true);
  private static final Publication PUBLICATION =
      new Publication("lake", true, true, true, true, false);

  @Test
  void findsNothingWrongWithAGoodSource() {
    assertThat(check(source(List.of("*")), SERVER, ROLE, named("good"))).isEmpty();
  }

  @Test
  void tellsAllThatIsWrongWithTheServerAtOnce() {
    Server server = new Server(130_000, "replica", "7", 1, true, 0, 2, 2, 3, 3);
    assertThat(check(source(List.of("*")), server, new Role("lake", false, false), named("t")))
        .containsExactly(
            new SourceViolation.ServerTooOld(130_000),
            new SourceViolation.IsStandby(),
            new SourceViolation.WalLevelTooLow("replica"),
            new SourceViolation.NoReplicationAttribute("lake"),
            new SourceViolation.NoFreeSlot(2),
            new SourceViolation.NoFreeSender(3));
  }

  @Test
  void givesTheStatementThatMendsIt() {
    assertThat(new SourceViolation.NoReplicationAttribute("Lake").remedy())
        .isEqualTo("ALTER ROLE \"Lake\" REPLICATION;");
    assertThat(new SourceViolation.NotReadable("s", "s.t", "lake").remedy())
        .isEqualTo("GRANT USAGE ON SCHEMA s TO lake; GRANT SELECT ON s.t TO lake;");
    assertThat(new SourceViolation.NotPublished("lake", "public.\"T\"").remedy())
        .isEqualTo("ALTER PUBLICATION lake ADD TABLE public.\"T\";");
    assertThat(
            new SourceViolation.NoPublication("lake", List.of("public.a", "public.b"), false)
                .remedy())
        .isEqualTo("CREATE PUBLICATION lake FOR TABLE public.a, public.b;");
    assertThat(new FlinkCdcViolation.UnfitReplicaIdentity("public.a", 'n').remedy())
        .isEqualTo("ALTER TABLE public.a REPLICA IDENTITY DEFAULT;");
  }

  @Test
  void refusesTablesThatTheConnectorWouldCorrupt() {
    assertThat(
            check(
                source(List.of("*")),
                SERVER,
                ROLE,
                named("keyless").identity('d'),
                named("deferred").deferrable('d'),
                named("parent").partitioned(),
                named("generated").with(generated("g")),
                named("left_out").with(column("x", "_bytea")),
                named("array").with(column("a", "_text")),
                named("fine").with(new Column("at", "time", -1, false, true)),
                named("taken").with(column("_seq", "int4")).with(column("_File", "int4")),
                named("twice").with(column("ID", "int4")),
                named("odd name"),
                named("größe"),
                named("umlaut").with(column("größe", "int4")),
                named("nothing").identity('n', "id")))
        .containsExactlyInAnyOrder(
            new FlinkCdcViolation.Keyless("public.keyless", false),
            new FlinkCdcViolation.Keyless("public.deferred", true),
            new FlinkCdcViolation.Partitioned("public.parent"),
            new FlinkCdcViolation.GeneratedColumn("public.generated", "g"),
            new FlinkCdcViolation.UnfitType("public.left_out", "x", "_bytea"),
            new FlinkCdcViolation.InexactTime("public.fine", "at"),
            new SourceViolation.NameTaken("public.taken", "_seq"),
            new SourceViolation.NameTaken("public.taken", "_File"),
            new SourceViolation.NamesDifferByCase("columns of public.twice", List.of("id", "ID")),
            new FlinkCdcViolation.UnfitName("public.\"odd name\""),
            new FlinkCdcViolation.UnfitName("public.\"größe\""),
            new FlinkCdcViolation.UnfitColumnName("public.umlaut", "größe"),
            new FlinkCdcViolation.UnfitReplicaIdentity("public.nothing", 'n'));
  }

  @Test
  void takesAPatternsTablesFromThePublicationButWantsANamedOne() {
    GivenTable notSent = named("not_sent").unpublished();
    assertThat(check(source(List.of("*")), SERVER, ROLE, named("t"), notSent)).isEmpty();
    assertThat(check(source(List.of("t", "not_sent")), SERVER, ROLE, named("t"), notSent))
        .containsExactly(new SourceViolation.NotPublished("lake", "public.not_sent"));
  }

  @Test
  void namesWhatIsNearATableThatIsNotThere() {
    assertThat(check(source(List.of("metre", "t")), SERVER, ROLE, named("meter"), named("t")))
        .containsExactly(new SourceViolation.NothingMatches("metre", List.of("public.meter")));
  }

  @Test
  void refusesTablesThatReadersCannotTellApart() {
    assertThat(
            check(
                source(List.of("*", "a.*")),
                SERVER,
                ROLE,
                named("a_b_c"),
                named("a", "b_c"),
                named("T"),
                named("t")))
        .containsExactlyInAnyOrder(
            new SourceViolation.SameBronzeTable(
                List.of("public.a_b_c", "a.b_c"), "bronze.test.a_b_c"),
            new SourceViolation.NamesDifferByCase("tables", List.of("public.T", "public.t")));
  }

  @Test
  void wantsEachMaskToHideSomething() {
    PostgresConfig source =
        source(
            List.of("*"),
            new MaskConfig("t", "id", MaskConfig.Method.REDACT),
            new MaskConfig("t", "idd", MaskConfig.Method.TOKEN));
    assertThat(check(source, SERVER, ROLE, named("t")))
        .containsExactly(new SourceViolation.MaskHidesNothing("t", "idd"));
  }

  @Test
  void tellsASlotInUseFromOneThatIsBroken() {
    Slot active = new Slot("lake_test", "pgoutput", "test", Optional.of(42), "reserved", 0);
    Slot other = new Slot("lake_test", "wal2json", "else", Optional.empty(), "reserved", 0);
    assertThat(check(facts(SERVER, ROLE, List.of(active), named("t"))))
        .containsExactly(new SourceViolation.SlotInUse("lake_test", 42))
        .allMatch(Violation::conflict);
    assertThat(check(facts(SERVER, ROLE, List.of(other), named("t"))))
        .containsExactly(new SourceViolation.SlotOfAnother("lake_test", "else", "wal2json"))
        .noneMatch(Violation::conflict);
  }

  @Test
  void wantsAllRowsOfATableToBeSeen() {
    assertThat(
            check(
                source(List.of("*")),
                SERVER,
                ROLE,
                named("hidden").withHiddenRows(),
                named("closed").unreadable()))
        .containsExactly(
            new SourceViolation.RowsHidden("public.hidden", "lake"),
            new SourceViolation.NotReadable("public", "public.closed", "lake"));
    assertThat(new SourceViolation.RowsHidden("public.hidden", "lake").remedy())
        .isEqualTo("ALTER ROLE lake BYPASSRLS;");
  }

  @Test
  void missesThePublication() {
    SourceFacts facts =
        new SourceFacts(
            SERVER,
            ROLE,
            Optional.empty(),
            List.of(),
            List.of(named("t").unpublished().table()),
            Map.of());
    assertThat(check(facts))
        .containsExactly(new SourceViolation.NoPublication("lake", List.of("public.t"), false));
  }

  private static List<Violation> check(SourceFacts facts) {
    return SourcePreflight.check(source(List.of("*")), facts);
  }

  private static List<Violation> check(
      PostgresConfig source, Server server, Role role, GivenTable... tables) {
    return SourcePreflight.check(source, facts(server, role, List.of(), tables));
  }

  private static SourceFacts facts(
      Server server, Role role, List<Slot> slots, GivenTable... tables) {
    return new SourceFacts(
        server,
        role,
        Optional.of(PUBLICATION),
        slots,
        Stream.of(tables).map(GivenTable::table).toList(),
        Map.of());
  }

  private static PostgresConfig source(List<String> tables, MaskConfig... masks) {
    return GivenSource.of(CaptureEngineName.FLINK_CDC, tables, List.of(), masks);
  }
}
