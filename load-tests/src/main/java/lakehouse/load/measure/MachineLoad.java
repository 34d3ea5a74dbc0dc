package lakehouse.load.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import lakehouse.catalog.platform.DataFolder;
import org.jspecify.annotations.Nullable;

/**
 * How much of the machine others take: processor time that went to none of our processes. By the
 * system's own counts, which only Linux has.
 */
public final class MachineLoad {
  private static final Path PROC = Path.of("/proc");
  private static final long TICK_MILLIS = 10;
  private static final int USER_TIME = 10; // behind name and state, counted from 0
  private static final Set<Integer> IDLE = Set.of(3, 4); // idle, and waiting for a disk

  private final List<Long> ours;
  private final @Nullable Path postmasterFile;

  /**
   * @param data the platform's folder, which tells its PostgreSQL
   * @param ours further processes of ours
   */
  public MachineLoad(DataFolder data, Long... ours) {
    this.ours =
        Stream.concat(Stream.of(ProcessHandle.current().pid()), Arrays.stream(ours)).toList();
    this.postmasterFile = data.postgres().resolve("postmaster.pid");
  }

  private MachineLoad() {
    this.ours = List.of(ProcessHandle.current().pid());
    this.postmasterFile = null;
  }

  /** Where this process alone is ours, with those that it started and that have ended. */
  public static MachineLoad ofThisProcess() {
    return new MachineLoad();
  }

  /** Counts at one time, in the system's ticks; without any where it tells none. */
  public record Counts(boolean told, long all, long busy, long ours) {
    private static final Counts UNTOLD = new Counts(false, 0, 0, 0);

    /** The share of the machine that others took since an earlier time. */
    public OptionalDouble othersSince(Counts before) {
      if (!told || !before.told || all <= before.all) {
        return OptionalDouble.empty();
      }
      double others = (busy - before.busy) - (ours - before.ours);
      return OptionalDouble.of(Math.max(0, others) / (all - before.all));
    }

    /** The processor time that we took since an earlier time. */
    public Duration oursSince(Counts before) {
      return Duration.ofMillis((ours - before.ours) * TICK_MILLIS);
    }
  }

  public Counts counts() {
    try {
      long[] cpu = numbers(Files.readAllLines(PROC.resolve("stat")).get(0).substring(4), 8);
      long all = Arrays.stream(cpu).sum();
      long idle = IDLE.stream().mapToLong(i -> cpu[i]).sum();
      LongStream processes =
          LongStream.concat(ours.stream().mapToLong(pid -> pid), serverProcesses());
      return new Counts(true, all, all - idle, processes.map(MachineLoad::ticks).sum());
    } catch (IOException e) {
      return Counts.UNTOLD;
    }
  }

  private LongStream serverProcesses() throws IOException {
    if (postmasterFile == null) {
      return LongStream.empty();
    }
    long postmaster = Long.parseLong(Files.readAllLines(postmasterFile).get(0).strip());
    return LongStream.concat(
        LongStream.of(postmaster),
        ProcessHandle.of(postmaster).stream()
            .flatMap(ProcessHandle::children)
            .mapToLong(ProcessHandle::pid));
  }

  /** Of a process and of its children that have ended; 0 if it has ended itself. */
  static long ticks(long pid) {
    return ticks(pid, 4);
  }

  /** Of a process alone; 0 if it has ended. */
  static long ownTicks(long pid) {
    return ticks(pid, 2);
  }

  private static long ticks(long pid, int times) {
    try {
      String stat = Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"));
      long[] numbers = numbers(stat.substring(stat.lastIndexOf(')') + 3), USER_TIME + times);
      return Arrays.stream(numbers, USER_TIME, USER_TIME + times).sum();
    } catch (IOException e) {
      return 0;
    }
  }

  private static long[] numbers(String line, int count) {
    return Arrays.stream(line.strip().split("\\s+"))
        .limit(count)
        .mapToLong(Long::parseLong)
        .toArray();
  }
}
