package lakehouse.catalog.commit;

import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * How far a source has come: the catalog's word on it, and the only truth. It is put in the same
 * catalog commit as the data it speaks of.
 *
 * @param source the source's name
 * @param systemIdentifier PostgreSQL's own, from {@code pg_control_system()}
 * @param timeline the server's timeline
 * @param slot the replication slot
 * @param epoch rises whenever the positions of the source start anew; first epoch is 1
 * @param run within an epoch, what {@code position} counts in: a capture run's id
 * @param position ordinal of the run's last committed checkpoint that held anything; 0 is none
 * @param lsn the source's log position up to which all is in the lake; 0 while loading
 * @param committedAt commit time of the last change held; empty before the first
 * @param loaded the tables ({@code schema.table}) whose initial load is done in this epoch
 * @param resume where a capture that has no other state goes on; written and read by the engine
 *     alone, and empty if it cannot
 */
public record SourceState(
    String source,
    String systemIdentifier,
    int timeline,
    String slot,
    int epoch,
    String run,
    long position,
    long lsn,
    Optional<Instant> committedAt,
    Set<String> loaded,
    Optional<String> resume) {
  private static final String PREFIX = "lakehouse.";

  public SourceState {
    if (epoch < 1) {
      throw new IllegalArgumentException("epoch must be at least 1: " + epoch);
    }
    if (position < 0) {
      throw new IllegalArgumentException("position must not be negative: " + position);
    }
    loaded = java.util.Collections.unmodifiableSet(new TreeSet<>(loaded));
  }

  /** Whether both name the same place in the same run: then they hold the same data. */
  public boolean samePosition(SourceState other) {
    return source.equals(other.source)
        && epoch == other.epoch
        && run.equals(other.run)
        && position == other.position;
  }

  /** The same place, with tables that are not held whole. */
  public SourceState withoutLoads(Set<String> tables) {
    Set<String> left = new TreeSet<>(loaded);
    left.removeAll(tables);
    return new SourceState(
        source,
        systemIdentifier,
        timeline,
        slot,
        epoch,
        run,
        position,
        lsn,
        committedAt,
        left,
        resume);
  }

  /** As the properties of the source's bronze namespace. */
  Map<String, String> toProperties() {
    Map<String, String> properties = new LinkedHashMap<>();
    properties.put(PREFIX + "source", source);
    properties.put(PREFIX + "system-identifier", systemIdentifier);
    properties.put(PREFIX + "timeline", Integer.toString(timeline));
    properties.put(PREFIX + "slot", slot);
    properties.put(PREFIX + "epoch", Integer.toString(epoch));
    properties.put(PREFIX + "run", run);
    properties.put(PREFIX + "position", Long.toString(position));
    properties.put(PREFIX + "lsn", Long.toUnsignedString(lsn));
    committedAt.ifPresent(at -> properties.put(PREFIX + "committed-at", at.toString()));
    // one line a table: names may hold any character but a line feed is refused by the preflight
    properties.put(PREFIX + "loaded", String.join("\n", loaded));
    resume.ifPresent(at -> properties.put(PREFIX + "resume", at));
    return properties;
  }

  /** Reads the state back; empty where the namespace holds none. */
  static Optional<SourceState> fromProperties(Map<String, String> properties) {
    if (!properties.containsKey(PREFIX + "position")) {
      return Optional.empty();
    }
    return Optional.of(
        new SourceState(
            properties.get(PREFIX + "source"),
            properties.get(PREFIX + "system-identifier"),
            Integer.parseInt(properties.get(PREFIX + "timeline")),
            properties.get(PREFIX + "slot"),
            Integer.parseInt(properties.get(PREFIX + "epoch")),
            properties.get(PREFIX + "run"),
            Long.parseLong(properties.get(PREFIX + "position")),
            Long.parseUnsignedLong(properties.get(PREFIX + "lsn")),
            Optional.ofNullable(properties.get(PREFIX + "committed-at")).map(Instant::parse),
            Arrays.stream(properties.get(PREFIX + "loaded").split("\n"))
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toSet()),
            Optional.ofNullable(properties.get(PREFIX + "resume"))));
  }
}
