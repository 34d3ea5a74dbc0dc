package lakehouse.models.docs;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import lakehouse.models.model.Input;
import lakehouse.models.model.Model;
import lakehouse.models.model.ModelGraph;
import org.apache.iceberg.catalog.TableIdentifier;

/** Draws which table is made from which: each to the right of all that it is made from. */
final class GraphSvg {
  private static final int COLUMN = 330;
  private static final int ROW = 34;
  private static final int WIDTH = 270;
  private static final int HEIGHT = 24;

  private GraphSvg() {}

  static String draw(ModelGraph graph) {
    Map<TableIdentifier, Integer> columns = columns(graph);
    Map<Integer, Integer> filled = new TreeMap<>();
    Map<TableIdentifier, int[]> places = new LinkedHashMap<>();
    columns.forEach(
        (table, column) ->
            places.put(
                table,
                new int[] {
                  10 + column * COLUMN, 10 + ROW * (filled.merge(column, 1, Integer::sum) - 1)
                }));
    List<String> parts = new ArrayList<>();
    for (Model model : graph.models()) {
      int[] to = places.get(model.table());
      for (Input input : model.inputs()) {
        parts.add(edge(places.get(input.table()), to));
      }
    }
    places.forEach((table, place) -> parts.add(node(graph, table, place)));
    int rows = filled.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    return """
        <svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">
        %s
        </svg>
        """
        .formatted(20 + filled.size() * COLUMN, 20 + rows * ROW, String.join("\n", parts));
  }

  private static Map<TableIdentifier, Integer> columns(ModelGraph graph) {
    Map<TableIdentifier, Integer> columns = new LinkedHashMap<>();
    Map<TableIdentifier, Integer> known = new HashMap<>();
    for (Model model : graph.models()) {
      int column = 0;
      for (Input input : model.inputs()) {
        column = Math.max(column, 1 + known.computeIfAbsent(input.table(), table -> 0));
        columns.put(input.table(), known.get(input.table()));
      }
      known.put(model.table(), column);
      columns.put(model.table(), column);
    }
    return columns;
  }

  private static String edge(int[] from, int[] to) {
    int x1 = from[0] + WIDTH;
    int y1 = from[1] + HEIGHT / 2;
    int y2 = to[1] + HEIGHT / 2;
    int bend = Math.max(30, (to[0] - x1) / 2);
    return "<path d=\"M%d %d C%d %d %d %d %d %d\" fill=\"none\" stroke=\"#999\"/>"
        .formatted(x1, y1, x1 + bend, y1, to[0] - bend, y2, to[0], y2);
  }

  private static String node(ModelGraph graph, TableIdentifier table, int[] place) {
    String box =
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" fill=\"%s\" stroke=\"#666\"/><text x=\"%d\" y=\"%d\">%s</text>"
            .formatted(
                place[0],
                place[1],
                WIDTH,
                HEIGHT,
                fill(table),
                place[0] + 8,
                place[1] + 16,
                Html.text(table.toString()));
    return graph
        .model(table)
        .map(model -> "<a href=\"%s\">%s</a>".formatted(Site.page(table), box))
        .orElse(box);
  }

  private static String fill(TableIdentifier table) {
    return switch (table.namespace().level(0)) {
      case "bronze" -> "#f3dcc6";
      case "silver" -> "#e4e7ea";
      default -> "#f7ecc0";
    };
  }
}
