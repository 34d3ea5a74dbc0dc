package lakehouse.load.utility;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Two years of hourly load of two real distribution transformers (Electricity Transformer Dataset,
 * Zhou et al., AAAI 2021, CC BY-ND 4.0), as meters of two PMTs in database {@code metering}.
 *
 * <p>Column {@code HUFL} is taken as kW and {@code HULL} as kvar, so an hour's energy is the value
 * times one hour. The figures go from the file's text into {@code numeric} and stay exact, with all
 * the noise of the floating-point values they were. Hours are taken as Karachi time.
 */
public final class RealTransformers {

  /**
   * One of the transformers.
   *
   * @param file in the folder
   * @param meterId the meter that it becomes
   * @param pmtId the PMT on which the meter hung from the first to the last hour
   */
  public record Transformer(String file, long meterId, int pmtId) {}

  /** Both, on the first two PMTs. */
  public static final List<Transformer> ALL =
      List.of(
          new Transformer("ETTh1.csv", 9_000_001, 1), new Transformer("ETTh2.csv", 9_000_002, 2));

  private static final Logger LOG = LoggerFactory.getLogger(RealTransformers.class);
  private static final String HEADER = "date,HUFL,HULL,MUFL,MULL,LUFL,LULL,OT";

  private final DatabaseServer server;

  public RealTransformers(DatabaseServer server) {
    this.server = server;
  }

  /** Whether a folder holds the files. */
  public static boolean presentIn(Path folder) {
    return ALL.stream().allMatch(it -> Files.isRegularFile(folder.resolve(it.file())));
  }

  /**
   * Loads both, each in one transaction; one that is there already is left as it is. A folder
   * without the files is said at warning level, and nothing is loaded.
   *
   * @return readings written
   * @throws LakeException when a PMT does not exist or a file is not what it should be
   */
  public long load(Path folder) throws SQLException {
    if (!presentIn(folder)) {
      LOG.warn(
          "NOT LOADED: the real transformers ({}, {}) are not in {}; whatever rests on them is skipped",
          ALL.get(0).file(),
          ALL.get(1).file(),
          folder.toAbsolutePath().normalize());
      return 0;
    }
    long rows = 0;
    for (Transformer transformer : ALL) {
      requirePmt(transformer.pmtId());
      rows += load(transformer, folder.resolve(transformer.file()));
    }
    return rows;
  }

  private void requirePmt(int pmtId) throws SQLException {
    try (Connection connection = server.connect(UtilityDatabase.NETWORK);
        PreparedStatement query = connection.prepareStatement("SELECT FROM pmt WHERE pmt_id = ?")) {
      query.setInt(1, pmtId);
      try (ResultSet row = query.executeQuery()) {
        if (!row.next()) {
          throw new LakeException(
              ExitCode.PREFLIGHT,
              "Database network has no PMT " + pmtId + ". Seed the databases first.");
        }
      }
    }
  }

  /** The file is copied into a temporary table, so the readings themselves come by INSERT. */
  private long load(Transformer transformer, Path file) throws SQLException {
    try (Connection connection = server.connect(UtilityDatabase.METERING);
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      if (update(
              connection,
              """
              INSERT INTO meter
              VALUES (?, ?, 'pmt', true, 60, 3, 'ETDataset', NULL, 'removed', '2018-06-26 20:00+05')
              ON CONFLICT DO NOTHING""",
              transformer.meterId(),
              "ETT" + transformer.meterId())
          == 0) {
        connection.rollback();
        return 0;
      }
      statement.execute(
          """
          CREATE TEMP TABLE hourly (
            date text, hufl numeric, hull numeric, mufl text, mull text, lufl text, lull text, ot text)
          ON COMMIT DROP""");
      copy(connection, file);
      update(
          connection,
          """
          INSERT INTO meter_installation (meter_id, valid_from, valid_to, pmt_id, updated_at)
          SELECT ?, min((date || '+05')::timestamptz), max((date || '+05')::timestamptz) + interval '1 hour', ?,
                 max((date || '+05')::timestamptz) + interval '1 hour'
          FROM hourly""",
          transformer.meterId(),
          transformer.pmtId());
      int rows =
          update(
              connection,
              """
              INSERT INTO interval_reading
                (meter_id, read_at, energy_kwh, reactive_kvarh, received_at, status)
              SELECT ?, (date || '+05')::timestamptz, hufl, hull,
                     (date || '+05')::timestamptz + interval '61 minutes', 'measured'
              FROM hourly ORDER BY date""",
              transformer.meterId());
      connection.commit();
      return rows;
    }
  }

  private static void copy(Connection connection, Path file) throws SQLException {
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("COPY hourly FROM STDIN WITH (FORMAT csv)");
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      String header = lines.readLine();
      if (!HEADER.equals(header)) {
        throw new LakeException(
            ExitCode.CONFIGURATION, file + " should begin with the line " + HEADER);
      }
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
      }
      copy.endCopy();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private static int update(Connection connection, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        statement.setObject(i + 1, parameters[i]);
      }
      return statement.executeUpdate();
    }
  }
}
