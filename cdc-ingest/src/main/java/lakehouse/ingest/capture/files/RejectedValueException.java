package lakehouse.ingest.capture.files;

/** A value that breaks a rule; the message tells the rule and never the value. */
final class RejectedValueException extends Exception {
  private static final long serialVersionUID = 1L;

  private final RejectionRule rule;

  RejectedValueException(RejectionRule rule, String message) {
    super(message, null, false, false); // thrown for rows, many of them: no stack trace
    this.rule = rule;
  }

  RejectionRule rule() {
    return rule;
  }
}
