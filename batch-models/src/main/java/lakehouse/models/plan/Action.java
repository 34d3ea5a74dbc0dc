package lakehouse.models.plan;

/** What a run does with a model. */
public enum Action {
  /** Nothing: what it reads did not change. */
  SKIP,
  /** Only what the changes of its inputs can alter. */
  INCREMENTAL,
  /** All of it. */
  FULL
}
