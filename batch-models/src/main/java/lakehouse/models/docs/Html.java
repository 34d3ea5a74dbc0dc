package lakehouse.models.docs;

import java.util.List;
import java.util.stream.Collectors;

/** Pieces of a page. What is marked as text is escaped; the rest is markup already. */
final class Html {
  private static final String STYLE =
      """
      body { font: 15px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
      table { border-collapse: collapse; margin: 0.5rem 0 1.5rem; }
      th, td { border-bottom: 1px solid #ddd; padding: 0.25rem 0.75rem 0.25rem 0; text-align: left;
        vertical-align: top; }
      pre { background: #f6f6f6; padding: 0.75rem; overflow-x: auto; }
      .failed { color: #b00020; } .warned { color: #8a6100; } .passed, .succeeded { color: #1b6e2e; }
      .graph { overflow: auto; border: 1px solid #ddd; }
      """;

  private Html() {}

  static String page(String title, String body) {
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>%s</title>
        <style>
        %s</style>
        </head>
        <body>
        %s
        </body>
        </html>
        """
        .formatted(text(title), STYLE, body);
  }

  /** A table of markup. */
  static String table(List<String> header, List<List<String>> rows) {
    return rows.isEmpty()
        ? "<p>None.</p>"
        : "<table><tr>%s</tr>%s</table>"
            .formatted(
                header.stream().map(h -> "<th>" + text(h) + "</th>").collect(Collectors.joining()),
                rows.stream()
                    .map(
                        row ->
                            row.stream()
                                .map(cell -> "<td>" + cell + "</td>")
                                .collect(Collectors.joining("", "<tr>", "</tr>\n")))
                    .collect(Collectors.joining()));
  }

  static String link(String address, String text) {
    return "<a href=\"%s\">%s</a>".formatted(text(address), text(text));
  }

  static String status(String status) {
    return "<span class=\"%s\">%s</span>".formatted(text(status), text(status));
  }

  static String code(String text) {
    return "<code>" + text(text) + "</code>";
  }

  static String text(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
