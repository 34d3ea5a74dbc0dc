package lakehouse.ingest.capture;

/** A value that breaks a rule; the message tells the rule and never the value. */
public final class RejectedValueException extends Exception {
  private static final long serialVersionUID = 1L;

  private final RejectionRule rule;

  public RejectedValueException(RejectionRule rule, String message) {
    super(message, null, false, false); // thrown for rows, many of them: no stack trace
    this.rule = rule;
  }

  public RejectionRule rule() {
    return rule;
  }
}
