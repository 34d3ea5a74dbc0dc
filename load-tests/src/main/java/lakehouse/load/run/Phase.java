package lakehouse.load.run;

import java.util.Locale;

/** The phases of a run, in their order. */
enum Phase {
  SEED("the databases are made and filled"),
  FLOORS("PostgreSQL alone hands the rows out"),
  LOAD("the ingest loads all tables"),
  STREAM("changes come at fixed times"),
  BACKLOG("the ingest catches up with changes that were made without it"),
  MODELS("silver and gold are built"),
  NIGHTS("a hundredth of the rows changes, and the models run"),
  QUERIES("the marts are asked"),
  RECONCILE("the lake is compared with its sources"),
  PEERS("other ways to do the same");

  private final String description;

  Phase(String description) {
    this.description = description;
  }

  String description() {
    return description;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
