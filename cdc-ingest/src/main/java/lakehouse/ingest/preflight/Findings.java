package lakehouse.ingest.preflight;

/** What a look at a source found; each kind of source knows something else. */
public sealed interface Findings permits SourceFacts, FilesFindings, JdbcFindings {}
