package lakehouse.load.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lakehouse.load.programs.LakePrograms;

/**
 * Looks once a second at every process of a test: its processor time and its memory, shared pages
 * divided among those that share them. Linux only; elsewhere it sees nothing. What a program took
 * in its last second may be missed.
 */
public final class ProcessWatch implements AutoCloseable {
  private static final long LOOK_EVERY_MILLIS = 1_000;
  private static final double TICKS_A_SECOND = 100;

  /** Stands for all processes of PostgreSQL together. */
  private static final long SERVER = -1;

  private static final Pattern RESIDENT = Pattern.compile("Rss(Anon|File|Shmem):\\s+(\\d+) kB");

  private final LakePrograms programs;
  private final Optional<Path> postmasterFile;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

  private long begun = System.nanoTime();
  private LongSupplier progress = () -> 0;
  private final Map<Long, Process> processes = new LinkedHashMap<>();
  private final List<Sample> samples = new ArrayList<>();

  /** A process since the begin. */
  private static final class Process {
    private final String group;
    private final long firstTicks;
    private long lastTicks;

    Process(String group, long ticks, boolean sinceItsStart) {
      this.group = group;
      this.firstTicks = sinceItsStart ? 0 : ticks;
      this.lastTicks = ticks;
    }
  }

  /**
   * One look.
   *
   * @param seconds since the begin
   * @param progress rows, or whatever is counted, that are done
   * @param memory bytes by group of processes
   */
  public record Sample(double seconds, long progress, Map<String, Long> memory) {
    /** Of all processes. */
    public long together() {
      return memory.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * What the processes took since the begin.
   *
   * @param cpuSeconds processor time by group
   * @param peakMemory most memory of each group
   * @param peakTogether most memory of all at one time
   */
  public record Taken(
      Map<String, Double> cpuSeconds,
      Map<String, Long> peakMemory,
      long peakTogether,
      List<Sample> samples) {}

  /**
   * @param postmasterFile names PostgreSQL's first process; empty if it runs elsewhere
   */
  public ProcessWatch(LakePrograms programs, Optional<Path> postmasterFile) {
    this.programs = programs;
    this.postmasterFile = postmasterFile;
    var unused =
        clock.scheduleAtFixedRate(
            this::look, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Forgets what was, and begins anew. */
  public synchronized void begin() {
    begun = System.nanoTime();
    progress = () -> 0;
    processes.clear();
    samples.clear();
    programs()
        .forEach(
            (pid, group) ->
                processes.put(pid, new Process(group, MachineLoad.ownTicks(pid), false)));
    List<Long> server = server();
    if (!server.isEmpty()) {
      processes.put(SERVER, new Process("PostgreSQL", serverTicks(server), false));
    }
  }

  /** From now on asks how much is done; asked by a thread of its own. */
  public synchronized void progress(LongSupplier done) {
    progress = done;
  }

  /** What was taken since the begin. */
  public synchronized Taken taken() {
    look();
    Map<String, Double> cpu = new TreeMap<>();
    for (Process process : processes.values()) {
      cpu.merge(
          process.group, (process.lastTicks - process.firstTicks) / TICKS_A_SECOND, Double::sum);
    }
    Map<String, Long> peaks = new TreeMap<>();
    for (Sample sample : samples) {
      sample.memory().forEach((group, bytes) -> peaks.merge(group, bytes, Math::max));
    }
    return new Taken(
        cpu,
        peaks,
        samples.stream().mapToLong(Sample::together).max().orElse(0),
        List.copyOf(samples));
  }

  private synchronized void look() {
    Map<String, Long> memory = new TreeMap<>();
    programs()
        .forEach(
            (pid, group) -> {
              see(pid, group, MachineLoad.ownTicks(pid));
              memory.merge(group, Resident.of(pid).all(), Long::sum);
            });
    List<Long> server = server();
    if (!server.isEmpty()) {
      see(SERVER, "PostgreSQL", serverTicks(server));
      memory.put("PostgreSQL", Resident.together(server));
    }
    long done;
    try {
      done = progress.getAsLong();
    } catch (RuntimeException e) {
      done = samples.isEmpty() ? 0 : samples.get(samples.size() - 1).progress();
    }
    samples.add(new Sample((System.nanoTime() - begun) / 1e9, done, memory));
  }

  private void see(long pid, String group, long ticks) {
    Process process = processes.computeIfAbsent(pid, it -> new Process(group, ticks, true));
    process.lastTicks = Math.max(process.lastTicks, ticks);
  }

  private Map<Long, String> programs() {
    Map<Long, String> groups = new LinkedHashMap<>();
    groups.put(ProcessHandle.current().pid(), "load test");
    programs
        .alive()
        .forEach(
            program ->
                groups.put(
                    program.pid(), program.verb().equals("up") ? "platform" : program.verb()));
    return groups;
  }

  /** PostgreSQL's first process, then those that it started; none while it is not there. */
  private List<Long> server() {
    List<Long> pids = new ArrayList<>();
    if (postmasterFile.filter(Files::exists).isPresent()) {
      try {
        long postmaster = Long.parseLong(Files.readAllLines(postmasterFile.get()).get(0).strip());
        pids.add(postmaster);
        Path children =
            Path.of(
                "/proc", Long.toString(postmaster), "task", Long.toString(postmaster), "children");
        for (String child : Files.readString(children).strip().split("\\s+")) {
          pids.add(Long.parseLong(child));
        }
      } catch (IOException | RuntimeException e) {
        pids.clear(); // it is being started or stopped
      }
    }
    return pids;
  }

  // sessions come and go: when one has ended, its time is among that of the first process's
  // children
  private static long serverTicks(List<Long> pids) {
    return MachineLoad.ticks(pids.get(0))
        + pids.stream().skip(1).mapToLong(MachineLoad::ownTicks).sum();
  }

  /** Memory of a process: its own, of files, and shared with others of its kind. */
  private record Resident(long own, long files, long shared) {
    static Resident of(long pid) {
      long own = 0;
      long files = 0;
      long shared = 0;
      try {
        Matcher line =
            RESIDENT.matcher(Files.readString(Path.of("/proc", Long.toString(pid), "status")));
        while (line.find()) {
          long bytes = Long.parseLong(line.group(2)) << 10;
          switch (line.group(1)) {
            case "Anon" -> own = bytes;
            case "File" -> files = bytes;
            default -> shared = bytes;
          }
        }
      } catch (IOException e) {
        // it has ended
      }
      return new Resident(own, files, shared);
    }

    /** Of processes that run the same program on the same shared memory. */
    static long together(List<Long> pids) {
      long own = 0;
      long files = 0;
      long shared = 0;
      for (long pid : pids) {
        Resident one = of(pid);
        own += one.own();
        files = Math.max(files, one.files());
        shared = Math.max(shared, one.shared());
      }
      return own + files + shared;
    }

    long all() {
      return own + files + shared;
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
