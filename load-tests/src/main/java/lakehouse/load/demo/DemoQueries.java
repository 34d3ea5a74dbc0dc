package lakehouse.load.demo;

/** What the demo asks the marts. */
final class DemoQueries {
  private DemoQueries() {}

  /** All questions, as one argument of {@code lake query}. */
  static String all() {
    return "SELECT 1";
  }
}
