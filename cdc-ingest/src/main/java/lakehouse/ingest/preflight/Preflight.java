package lakehouse.ingest.preflight;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.CatalogConfig;
import lakehouse.catalog.config.FilesConfig;
import lakehouse.catalog.config.JdbcConfig;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.catalog.config.PostgresConfig;
import lakehouse.catalog.config.SourceConfig;
import org.apache.iceberg.io.OutputFile;

/** Looks at the catalog and at every source, and tells all that stops the capture at once. */
public final class Preflight {
  private Preflight() {}

  /**
   * What was found of one source.
   *
   * @param findings empty if it could not be reached
   * @param tables how many tables can be captured
   */
  public record Report(
      SourceConfig source, Optional<Findings> findings, int tables, List<Violation> violations) {}

  /** Looks at one source. */
  public static Report look(SourceConfig source) {
    if (source instanceof PostgresConfig database) {
      return look(database);
    } else if (source instanceof FilesConfig files) {
      return FilesPreflight.look(files);
    } else if (source instanceof JdbcConfig database) {
      return JdbcPreflight.look(database);
    }
    throw new IllegalStateException("no way to look at " + source.kind());
  }

  private static Report look(PostgresConfig source) {
    try {
      SourceFacts facts = new SourceFactsReader(source).read();
      return new Report(
          source,
          Optional.of(facts),
          facts.captured(source).size(),
          SourcePreflight.check(source, facts));
    } catch (SQLException e) {
      Violation unreachable =
          new SourceViolation.Unreachable(
              "%s:%d, database %s,".formatted(source.host(), source.port(), source.database()),
              source.user(),
              String.valueOf(e.getMessage()).lines().findFirst().orElse("nothing"));
      return new Report(source, Optional.empty(), 0, List.of(unreachable));
    }
  }

  /**
   * Looks at all, and requires that nothing stops the capture.
   *
   * @throws LakeException telling all that does
   */
  public static List<Report> require(LakeConfig config, List<SourceConfig> sources) {
    Optional<String> catalog = catalog(config.catalog());
    List<Report> reports = sources.stream().map(Preflight::look).toList();
    List<Violation> all = reports.stream().flatMap(r -> r.violations().stream()).toList();
    if (catalog.isEmpty() && all.isEmpty()) {
      return reports;
    }
    boolean conflict = catalog.isEmpty() && all.stream().allMatch(Violation::conflict);
    List<String> blocks = new ArrayList<>();
    catalog.ifPresent(blocks::add);
    reports.stream()
        .filter(report -> !report.violations().isEmpty())
        .map(Preflight::text)
        .forEach(blocks::add);
    throw new LakeException(
        conflict ? ExitCode.CONFLICT : ExitCode.PREFLIGHT,
        "the capture cannot begin.\n\n" + String.join("\n\n", blocks));
  }

  /** What is wrong with the catalog or the warehouse, if anything. */
  static Optional<String> catalog(CatalogConfig config) {
    try (LakeCatalog catalog = LakeCatalog.open(config)) {
      if (catalog.reference(config.reference()).isEmpty()) {
        return Optional.of(
            """
            catalog: there is no branch %s at %s.
              Make it: lake setup apply"""
                .formatted(config.reference(), config.uri()));
      }
      return warehouse(catalog);
    } catch (RuntimeException e) {
      return Optional.of(
          """
          catalog: it does not answer at %s (%s).
            Start it (`lake up` for the embedded platform), or correct `catalog.uri`."""
              .formatted(config.uri(), e.getMessage()));
    }
  }

  private static Optional<String> warehouse(LakeCatalog catalog) {
    String warehouse = catalog.config().warehouse();
    String probe = warehouse + (warehouse.endsWith("/") ? "" : "/") + ".probe-" + UUID.randomUUID();
    try {
      OutputFile file = catalog.fileIO().newOutputFile(probe);
      file.create().close();
      catalog.fileIO().deleteFile(probe);
      return Optional.empty();
    } catch (Exception e) {
      return Optional.of(
          """
          warehouse: nothing can be written to %s (%s).
            Correct `catalog.warehouse`, its credentials, or the rights on it."""
              .formatted(warehouse, e.getMessage()));
    }
  }

  /** A report for people. */
  static String text(Report report) {
    String name = report.source().name();
    if (report.violations().isEmpty()) {
      return "source %s: ready, %d tables".formatted(name, report.tables());
    }
    return report.violations().stream()
        .map(
            violation ->
                "  %s\n    found:  %s\n    remedy: %s"
                    .formatted(violation.cause(), violation.evidence(), violation.remedy()))
        .collect(Collectors.joining("\n", "source " + name + ":\n", ""));
  }
}
