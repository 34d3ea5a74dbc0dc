package lakehouse.ingest.job;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import lakehouse.ingest.capture.postgres.NativeEngine;
import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;

/** A Flink cluster within this process, with its web page on the loopback address. */
final class LocalCluster implements AutoCloseable {
  /** A path that Flink takes for a list of several; such ones are not used. */
  private static final Pattern IS_SEVERAL_FOLDERS = Pattern.compile("[,:|]");

  private static final long CLOSE_SECONDS = 30;

  private final MiniCluster cluster;
  private final Optional<ScratchFolder> scratch;

  private LocalCluster(MiniCluster cluster, Optional<ScratchFolder> scratch) {
    this.cluster = cluster;
    this.scratch = scratch;
  }

  /**
   * Starts one.
   *
   * @param jobs how many jobs run at once
   * @param port of the web page; 0 for any free one
   * @param stateFolder within it is what the cluster needs only while it runs
   */
  static LocalCluster start(int jobs, int port, Path stateFolder) throws Exception {
    Optional<ScratchFolder> scratch = ScratchFolder.take(stateFolder);
    MiniCluster cluster =
        new MiniCluster(
            new MiniClusterConfiguration.Builder()
                .setConfiguration(configuration(port, scratch.map(ScratchFolder::path)))
                .setNumTaskManagers(1)
                .setNumSlotsPerTaskManager(jobs * NativeEngine.READERS)
                .build());
    LocalCluster started = new LocalCluster(cluster, scratch);
    try {
      cluster.start();
      return started;
    } catch (Exception e) {
      try {
        started.close();
      } catch (Exception alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
  }

  private static Configuration configuration(int port, Optional<Path> scratch) {
    Configuration configuration = new Configuration();
    scratch
        .map(Path::toString)
        .filter(path -> !IS_SEVERAL_FOLDERS.matcher(path).find())
        .ifPresent(
            path -> {
              configuration.set(CoreOptions.TMP_DIRS, path);
              configuration.set(WebOptions.TMP_DIR, path);
            });
    configuration.set(RestOptions.BIND_ADDRESS, "127.0.0.1");
    configuration.set(RestOptions.ADDRESS, "127.0.0.1");
    configuration.set(RestOptions.BIND_PORT, Integer.toString(port));
    configuration.set(RestOptions.PORT, port);
    configuration.set(JobManagerOptions.ADDRESS, "127.0.0.1");
    configuration.set(WebOptions.SUBMIT_ENABLE, false);
    configuration.set(WebOptions.CANCEL_ENABLE, false);
    configuration.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, 3);
    configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(8));
    configuration.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(16));
    configuration.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(16));
    // one process: a pause of the JVM is no lost TaskManager
    configuration.set(HeartbeatManagerOptions.HEARTBEAT_TIMEOUT, Duration.ofMinutes(5).toMillis());
    return configuration;
  }

  /** The address of the web page. */
  URI webPage() {
    return cluster.getRestAddress().join();
  }

  /** Submits a job and returns its future end. */
  CompletableFuture<JobResult> submit(JobGraph job) {
    return cluster
        .submitJob(job)
        .thenCompose(submitted -> cluster.requestJobResult(submitted.getJobID()));
  }

  /** Ends a job with a savepoint. */
  CompletableFuture<String> stop(JobID job, String folder) {
    return cluster.stopWithSavepoint(job, folder, false, SavepointFormatType.CANONICAL);
  }

  /** Ends a job as it is; its checkpoints stay. */
  CompletableFuture<?> cancel(JobID job) {
    return cluster.cancelJob(job);
  }

  /**
   * Ends it with what runs in it.
   *
   * @throws java.util.concurrent.TimeoutException if something in it does not end
   */
  @Override
  public void close() throws Exception {
    try {
      cluster.closeAsync().get(CLOSE_SECONDS, TimeUnit.SECONDS);
    } finally {
      scratch.ifPresent(ScratchFolder::close);
    }
  }
}
