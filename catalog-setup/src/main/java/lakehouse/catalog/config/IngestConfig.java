package lakehouse.catalog.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How the ingest runs.
 *
 * @param checkpointInterval time between two commits of a source
 * @param maxBufferedBytes bytes that all open writers of a source may hold before files are closed
 * @param stateFolder where checkpoints and savepoints are kept
 * @param maskKey the key of {@link MaskConfig.Method#TOKEN}; needed when any source has such a mask
 */
public record IngestConfig(
    Duration checkpointInterval,
    long maxBufferedBytes,
    Path stateFolder,
    Optional<Secret> maskKey) {}
