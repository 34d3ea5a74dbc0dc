package lakehouse.ingest.state;

import lakehouse.catalog.cli.LakeException;
import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

/** Ends a job at once: starting it again from its checkpoint cannot help. The cause says why. */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
public final class NonRecoverableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NonRecoverableException(LakeException cause) {
    super(cause.getMessage(), cause);
  }
}
