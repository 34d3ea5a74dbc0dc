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
    @Key(value = "Time between two commits of a source.", defaultValue = "5 s", min = 100)
        Duration checkpointInterval,
    @Key(
            value =
                "Bytes that all open writers of a source may hold in memory before files are"
                    + " closed.",
            defaultValue = "128 MiB",
            min = 1 << 20)
        long maxBufferedBytes,
    @Key(value = "The folder of checkpoints and savepoints.", defaultValue = ".lake/ingest")
        Path stateFolder,
    @Key("The key of mask method token, by reference; needed when any source has such a mask.")
        Optional<Secret> maskKey) {}
