package lakehouse.load.utility;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import lakehouse.catalog.cli.LakeException;
import org.junit.jupiter.api.Test;

class TestUtilityGenerator {

  @Test
  void generatesTheVerySameRowsForAPinnedSeed() {
    assertThat(digests(EnumSet.of(Fault.THEFT)))
        .isEqualTo(
            """
            IBC 2aa1ea1029051320
            TARIFF 82327f7024408722
            TARIFF_SLAB a76ff499e41fba68
            CONSUMER 44df3d7a96a574fe
            BILL d02cae4a924f5807
            PAYMENT 1cf5e71a543d099b
            BILL_ADJUSTMENT 112dccf096b6befd
            METER a98b53a88558001d
            METER_INSTALLATION 232b097a95bbe211
            INTERVAL_READING eda8165b01ae46bd
            REGISTER_READING 07525fc7c5197903
            METER_EVENT 95478c3c2fe0fed4
            GRID_STATION e8e1b5103db9849e
            FEEDER ec2654371180c6ab
            PMT bd9b188657f53eaa
            SERVICE_POINT 6382ec7ebb9cbc01
            FEEDER_PMT 3ddbdbcc7d3505b8
            PMT_SERVICE_POINT 87c44e291fc48f31
            INTERRUPTION 501bf6221d10e8a9
            LOADSHED_SCHEDULE ae1b0d90c10f7d5a
            COMPLAINT a2f62742ccf30901
            NEW_CONNECTION 45922d6757d67c24
            """);
  }

  @Test
  void plantsTheVerySameFaultsForAPinnedSeed() {
    assertThat(digests(EnumSet.allOf(Fault.class)))
        .isEqualTo(
            """
            IBC 2aa1ea1029051320
            TARIFF 82327f7024408722
            TARIFF_SLAB a76ff499e41fba68
            CONSUMER 8dd89848cb2aff09
            BILL d154e8b7e0c4dd93
            PAYMENT 60035dc246bda1ef
            BILL_ADJUSTMENT 79272652b0be8df1
            METER a98b53a88558001d
            METER_INSTALLATION 232b097a95bbe211
            INTERVAL_READING 7128b039659aaa6e
            REGISTER_READING 65416aacf3e65baf
            METER_EVENT 95478c3c2fe0fed4
            GRID_STATION e8e1b5103db9849e
            FEEDER ec2654371180c6ab
            PMT bd9b188657f53eaa
            SERVICE_POINT 6382ec7ebb9cbc01
            FEEDER_PMT 3ddbdbcc7d3505b8
            PMT_SERVICE_POINT 344bfe52f58d7980
            INTERRUPTION 501bf6221d10e8a9
            LOADSHED_SCHEDULE ae1b0d90c10f7d5a
            COMPLAINT a2f62742ccf30901
            NEW_CONNECTION 45922d6757d67c24
            """);
  }

  @Test
  void plantsEachFaultWithoutTouchingWhatItIsNotAbout() {
    Map<Fault, Set<UtilityTable>> touched =
        Map.of(
            Fault.BILLING,
            EnumSet.of(
                UtilityTable.BILL,
                UtilityTable.CONSUMER,
                UtilityTable.PAYMENT,
                UtilityTable.BILL_ADJUSTMENT),
            Fault.LATE_ROUND,
            EnumSet.of(
                UtilityTable.REGISTER_READING,
                UtilityTable.BILL,
                UtilityTable.CONSUMER,
                UtilityTable.PAYMENT,
                UtilityTable.BILL_ADJUSTMENT),
            Fault.METER,
            EnumSet.of(UtilityTable.INTERVAL_READING),
            Fault.CORRECTED_READING,
            EnumSet.of(UtilityTable.INTERVAL_READING),
            Fault.MIS_SWITCHED,
            EnumSet.of(UtilityTable.PMT_SERVICE_POINT));
    Map<UtilityTable, String> none = generator(EnumSet.noneOf(Fault.class)).digests();

    touched.forEach(
        (fault, tables) -> {
          Map<UtilityTable, String> one = generator(EnumSet.of(fault)).digests();
          assertThat(
                  Arrays.stream(UtilityTable.values())
                      .filter(table -> !one.get(table).equals(none.get(table))))
              .as(fault.name())
              .isNotEmpty()
              .isSubsetOf(tables);
        });
  }

  @Test
  void tellsOfEveryKindOfFaultThatItPlants() {
    assertThat(lines(EnumSet.allOf(Fault.class)))
        .extracting(line -> line.getClass().getSimpleName())
        .contains(
            "Theft",
            "TheftMonth",
            "TamperEvents",
            "BillingError",
            "OddCycle",
            "OddIntervals",
            "MisSwitched",
            "PmtEnergy",
            "FeederEnergy",
            "InterruptionEffect");
    assertThat(lines(EnumSet.noneOf(Fault.class)))
        .noneMatch(
            line ->
                line instanceof Planted.Theft
                    || line instanceof Planted.BillingError
                    || line instanceof Planted.OddCycle
                    || line instanceof Planted.MisSwitched);
  }

  @Test
  void tellsALineAsJson() {
    assertThat(
            new Planted.OddIntervals(7, LocalDate.of(2026, 6, 3), Planted.Oddity.SPIKE, 2, 1)
                .json())
        .isEqualTo(
            "{\"planted\": \"odd_intervals\", \"meter_id\": 7, \"day\": \"2026-06-03\","
                + " \"oddity\": \"spike\", \"intervals\": 2, \"on_purpose\": 1}");
  }

  private static UtilityGenerator generator(Set<Fault> planted) {
    return new UtilityGenerator(
        42, UtilitySize.ofScale(0.4), UtilityGenerator.DEFAULT_AS_OF, planted);
  }

  private static List<Planted> lines(Set<Fault> planted) {
    List<Planted> lines = new ArrayList<>();
    generator(planted).tellPlanted(lines::add);
    return lines;
  }

  private static String digests(Set<Fault> planted) {
    StringBuilder all = new StringBuilder();
    generator(planted)
        .digests()
        .forEach(
            (table, digest) -> all.append(table).append(' ').append(digest, 0, 16).append('\n'));
    return all.toString();
  }

  @Test
  void anotherSeedGivesOtherRows() {
    assertThat(UtilityGenerator.ofScale(43, 0.1).digests())
        .isNotEqualTo(UtilityGenerator.ofScale(42, 0.1).digests());
  }

  @Test
  void aPartDoesNotDependOnThoseBeforeIt() {
    UtilityGenerator forwards = UtilityGenerator.ofScale(7, 0.5);
    UtilityGenerator alone = UtilityGenerator.ofScale(7, 0.5);
    int last = forwards.parts() - 1;
    IntStream.range(0, last).forEach(forwards::part);

    assertThat(text(forwards.part(last).of(UtilityTable.BILL)))
        .isEqualTo(text(alone.part(last).of(UtilityTable.BILL)));
  }

  @Test
  void acceptsAnAsOfDayWithinAMonth() {
    UtilityGenerator generator =
        new UtilityGenerator(1, UtilitySize.ofScale(0.1), LocalDate.of(2025, 2, 17));

    assertThat(text(generator.part(1).of(UtilityTable.INTERVAL_READING)))
        .contains("2025-02-16 18:")
        .doesNotContain("2025-02-17 ");
  }

  @Test
  void generatesFiveYearsWhereWanted() {
    UtilityGenerator generator =
        new UtilityGenerator(1, new UtilitySize(2, 3, 6, 60, 2), LocalDate.of(2026, 7, 1));

    assertThat(text(generator.part(1).of(UtilityTable.BILL))).contains("\t2021-08-01\t");
  }

  /** With so many consumers some are connected behind the day that is drawn for their move. */
  @Test
  void movesNoConsumerBeforeItIsConnected() {
    assertThat(UtilitySize.ofReadings(1, 120_000_000, 3).feeders()).isGreaterThan(500);
  }

  @Test
  void refusesAScaleOfNothing() {
    assertThatThrownBy(() -> UtilitySize.ofScale(0))
        .isInstanceOf(LakeException.class)
        .hasMessage("The scale must be above 0 and at most 2000, but is 0.0");
  }

  @Test
  void refusesAnOddNumberOfFeeders() {
    assertThatThrownBy(() -> new UtilitySize(3, 5, 15, 15, 1))
        .isInstanceOf(LakeException.class)
        .hasMessage("Utility size: feeders must be even and at least 2, but is 3");
  }

  private static String text(CopyText rows) {
    return new String(Arrays.copyOf(rows.array(), rows.length()), StandardCharsets.UTF_8);
  }
}
