package lakehouse.catalog.cli;

/** What a program's exit tells its caller; the numbers are stable. */
public enum ExitCode {
  DONE(0),
  /** A defect of ours; a stack trace is printed. */
  BUG(1),
  CONFIGURATION(2),
  PREFLIGHT(3),
  /** Data did not pass a check; nothing was published. */
  DATA_CHECK(4),
  /** Somebody else was faster, or the state has moved on; nothing was changed, run again. */
  CONFLICT(5);

  private final int value;

  ExitCode(int value) {
    this.value = value;
  }

  /** The number that the process exits with. */
  public int value() {
    return value;
  }
}
