package lakehouse.load.utility;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/**
 * The files that other systems leave for the utility in a folder: reads of the AMI head-end, as
 * gzipped JSON lines, and the regulator's tariff notifications, as CSV. The reads are those of
 * database {@code metering}, so the two can be compared; a few lines are broken.
 */
public final class HeadEndDrops {
  /** The source's name in the lake. */
  public static final String SOURCE = "head_end";

  /** How many lines of each file of reads cannot be taken. */
  public static final int BROKEN_LINES = 3;

  private static final int METERS = 40;

  private static final String NOTIFICATION =
      """
      notification,tariff,slab_from_units,slab_to_units,rate_rs,effective_from,remark
      SRO-2026-1,A-1a,1,100,23.5900,2026-07-01,
      SRO-2026-1,A-1a,101,200,30.0700,2026-07-01,
      SRO-2026-1,A-1a,201,300,34.2600,2026-07-01,"as amended, see annex"
      SRO-2026-1,A-2,1,,45.4300,2026-07-01,
      """;

  private final DatabaseServer server;
  private final Path folder;

  /**
   * Of the utility's databases, in a folder.
   *
   * @param folder made if it is missing
   */
  public HeadEndDrops(DatabaseServer server, Path folder) {
    this.server = server;
    this.folder = folder;
  }

  /** Makes the folder. */
  public void create() {
    folder("");
  }

  /** Drops the tariff notification, unless it is there already. */
  public void dropTariffs() {
    drop("tariffs", "SRO-2026-1.csv", out -> out.write(NOTIFICATION.getBytes(UTF_8)));
  }

  /**
   * Drops the reads of a day, unless they are there already.
   *
   * @return how many lines can be taken; {@link #BROKEN_LINES} more cannot
   */
  public int dropReads(LocalDate day) throws SQLException {
    List<String> lines = reads(day);
    int sound = lines.size();
    // a value that is none, one out of its range, and a line that breaks off
    lines.add(
        "{\"meter\": \"SN1\", \"read_at\": \"%sT01:00:00Z\", \"kwh\": \"n/a\"}".formatted(day));
    lines.add("{\"meter\": \"SN2\", \"read_at\": \"%sT01:00:00Z\", \"kwh\": -4}".formatted(day));
    lines.add("{\"meter\": \"SN3\", \"read_at\"");
    drop(
        "reads",
        "reads_%s.jsonl.gz".formatted(day),
        out -> {
          try (Writer text = new OutputStreamWriter(new GZIPOutputStream(out), UTF_8)) {
            for (String line : lines) {
              text.write(line);
              text.write('\n');
            }
          }
        });
    return sound;
  }

  private List<String> reads(LocalDate day) throws SQLException {
    List<String> lines = new ArrayList<>();
    try (Connection connection = server.connect(UtilityDatabase.METERING);
        PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT json_build_object('meter', m.serial_no, 'read_at', r.read_at,
                  'kwh', r.energy_kwh, 'firmware', m.firmware)::text
                FROM (SELECT * FROM meter WHERE ami AND kind = 'consumer' ORDER BY meter_id LIMIT ?) m
                JOIN interval_reading r ON r.meter_id = m.meter_id
                WHERE r.read_at >= ?::timestamptz AND r.read_at < ?::timestamptz
                  AND r.energy_kwh >= 0
                ORDER BY r.read_at, r.meter_id""")) {
      select.setInt(1, METERS);
      select.setString(2, day + " 00:00:00+05");
      select.setString(3, day.plusDays(1) + " 00:00:00+05");
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          lines.add(rows.getString(1));
        }
      }
    }
    return lines;
  }

  private interface Content {
    void write(OutputStream out) throws IOException;
  }

  // a whole file is renamed into place, so that nobody reads half of one
  private void drop(String directory, String name, Content content) {
    Path file = folder(directory).resolve(name);
    if (Files.exists(file)) {
      return;
    }
    Path hidden = file.resolveSibling("." + name);
    try {
      try (OutputStream out = Files.newOutputStream(hidden)) {
        content.write(out);
      }
      Files.move(hidden, file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path folder(String directory) {
    try {
      return Files.createDirectories(folder.resolve(directory));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
