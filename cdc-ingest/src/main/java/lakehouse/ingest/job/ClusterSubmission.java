package lakehouse.ingest.job;

import java.time.Duration;
import java.util.Optional;
import lakehouse.catalog.LakeCatalog;
import lakehouse.catalog.cli.ExitCode;
import lakehouse.catalog.cli.LakeException;
import lakehouse.catalog.config.LakeConfig;
import lakehouse.ingest.bronze.SourceRun;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.jobgraph.RestoreMode;
import org.apache.flink.runtime.jobgraph.SavepointConfigOptions;
import org.apache.flink.streaming.api.environment.LocalStreamEnvironment;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Submits the jobs to the cluster that {@code flink run} speaks to, and leaves them to it. The
 * state folder must be one that all machines of the cluster see.
 */
public final class ClusterSubmission {
  private ClusterSubmission() {}

  /** Whether this program was started by {@code flink run}. */
  public static boolean intended() {
    return !(StreamExecutionEnvironment.getExecutionEnvironment()
        instanceof LocalStreamEnvironment);
  }

  /** Submits the job of one source; see {@link Capture#add}. */
  public static void submit(
      LakeConfig config,
      SourceKind source,
      Optional<String> savepoint,
      boolean reload,
      Duration checkpointInterval) {
    String folder = config.ingest().stateFolder().resolve(source.source().name()).toString();
    SourceStart start;
    SourceRun run;
    try (LakeCatalog catalog = LakeCatalog.open(config.catalog())) {
      start = source.start(catalog, folder, savepoint, reload);
      run = start instanceof SourceStart.NewLoad load ? source.begin(catalog, load) : start.run();
    }
    Configuration restore = new Configuration();
    if (start instanceof SourceStart.Resume resume) {
      restore.set(SavepointConfigOptions.SAVEPOINT_PATH, "file://" + resume.path());
      restore.set(
          SavepointConfigOptions.RESTORE_MODE,
          resume.owned() ? RestoreMode.CLAIM : RestoreMode.NO_CLAIM);
    }
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(restore);
    SourceJob.build(environment, config, source, run, checkpointInterval);
    try {
      JobClient job = environment.executeAsync("ingest " + source.source().name());
      System.out.printf("Source %s: job %s%n", source.source().name(), job.getJobID());
    } catch (Exception e) {
      throw new LakeException(
          ExitCode.PREFLIGHT,
          "The cluster did not take the job of source %s (%s)."
              .formatted(source.source().name(), e.getMessage()),
          e);
    }
  }
}
