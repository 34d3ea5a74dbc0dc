package lakehouse.load.utility;

import static lakehouse.load.utility.UtilityDatabase.METERING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import lakehouse.catalog.cli.LakeException;
import lakehouse.load.utility.RealTransformers.Transformer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ITRealTransformers {

  /** Beside the project; tests run in the module's folder. */
  private static final Path FOLDER = Path.of("..", "..", "shared", "data");

  @Test
  void keepsEveryDigitOfTheMeasurements() throws Exception {
    if (!RealTransformers.presentIn(FOLDER)) {
      System.err.println("SKIPPED: no real transformers in " + FOLDER.toAbsolutePath().normalize());
    }
    Assumptions.assumeTrue(
        RealTransformers.presentIn(FOLDER), "no real transformers in " + FOLDER.toAbsolutePath());
    try (UtilityServer server = UtilityServer.start()) {
      UtilityGenerator.ofScale(42, 0.1).seed(server.server(), 2, SeedProgress.SILENT);
      RealTransformers transformers = new RealTransformers(server.server());

      assertThat(transformers.load(FOLDER)).isEqualTo(2 * 17_420);
      assertThat(transformers.load(FOLDER)).as("loaded again").isZero();
      for (Transformer transformer : RealTransformers.ALL) {
        List<String> lines = Files.readAllLines(FOLDER.resolve(transformer.file()));
        BigDecimal active = BigDecimal.ZERO;
        BigDecimal reactive = BigDecimal.ZERO;
        for (String line : lines.subList(1, lines.size())) {
          String[] columns = line.split(",");
          active = active.add(new BigDecimal(columns[1]));
          reactive = reactive.add(new BigDecimal(columns[2]));
        }
        String sums =
            server.value(
                METERING,
                "SELECT sum(energy_kwh), sum(reactive_kvarh) FROM interval_reading WHERE meter_id = "
                    + transformer.meterId());
        assertThat(new BigDecimal(sums.split("\\|")[0])).isEqualByComparingTo(active);
        assertThat(new BigDecimal(sums.split("\\|")[1])).isEqualByComparingTo(reactive);
      }
      assertThat(
              server.rows(
                  METERING,
                  """
                  SELECT meter_id, pmt_id, valid_from, valid_to FROM meter_installation
                  WHERE meter_id IN (9000001, 9000002) ORDER BY 1"""))
          .containsExactly(
              "9000001|1|2016-06-30 19:00:00+00|2018-06-26 15:00:00+00",
              "9000002|2|2016-06-30 19:00:00+00|2018-06-26 15:00:00+00");
    }
  }

  @Test
  void loadsNothingFromAFolderWithoutThem(@TempDir Path empty) throws Exception {
    assertThat(
            new RealTransformers(DatabaseServer.at("jdbc:postgresql://127.0.0.1:1/none"))
                .load(empty))
        .isZero();
  }

  @Test
  void refusesAFileOfAnotherShape(@TempDir Path folder) throws Exception {
    for (Transformer transformer : RealTransformers.ALL) {
      Files.writeString(folder.resolve(transformer.file()), "time,load\n1,2\n");
    }
    try (UtilityServer server = UtilityServer.start()) {
      UtilityGenerator.ofScale(42, 0.1).seed(server.server(), 2, SeedProgress.SILENT);

      assertThatThrownBy(() -> new RealTransformers(server.server()).load(folder))
          .isInstanceOf(LakeException.class)
          .hasMessageEndingWith("should begin with the line date,HUFL,HULL,MUFL,MULL,LUFL,LULL,OT");
    }
  }
}
