package lakehouse.load.run;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws charts as images that stand in a page themselves. */
final class Charts {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 320;

  /** Twice as many points as the page shows, for screens that have them. */
  private static final int DENSITY = 2;

  private static final Color[] COLORS = {
    new Color(0x33, 0x66, 0x99),
    new Color(0xE0, 0x8E, 0x2B),
    new Color(0x4E, 0x9F, 0x6E),
    new Color(0xB8, 0x4A, 0x4A),
    new Color(0x7A, 0x6B, 0xA8),
    new Color(0x6F, 0x6F, 0x6F),
    new Color(0xC0, 0xB0, 0x40),
    new Color(0x45, 0xA5, 0xB5)
  };

  static {
    System.setProperty("java.awt.headless", "true");
  }

  private Charts() {}

  /** Lines over a common axis. */
  static String lines(
      String xTitle, String yTitle, List<Double> x, Map<String, List<Double>> series) {
    XYChart chart = chart(xTitle, yTitle);
    series.forEach(
        (name, y) -> chart.addSeries(name, x, y).setMarker(SeriesMarkers.NONE).setLineWidth(1.8f));
    chart.getStyler().setLegendVisible(series.size() > 1);
    return image(chart, HEIGHT);
  }

  /** Areas, each upon those before. */
  static String stacked(
      String xTitle, String yTitle, List<Double> x, Map<String, List<Double>> series) {
    XYChart chart = chart(xTitle, yTitle);
    chart.getStyler().setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Area);
    Map<String, List<Double>> sums = new LinkedHashMap<>();
    List<Double> below = new ArrayList<>(java.util.Collections.nCopies(x.size(), 0.0));
    for (Map.Entry<String, List<Double>> one : series.entrySet()) {
      List<Double> sum = new ArrayList<>();
      for (int i = 0; i < x.size(); i++) {
        sum.add(below.get(i) + one.getValue().get(i));
      }
      sums.put(one.getKey(), sum);
      below = sum;
    }
    // the highest first: what comes after covers it up to its own height
    List<String> names = new ArrayList<>(sums.keySet());
    for (int i = names.size() - 1; i >= 0; i--) {
      Color color = COLORS[i % COLORS.length];
      var added = chart.addSeries(names.get(i), x, sums.get(names.get(i)));
      added.setMarker(SeriesMarkers.NONE);
      added.setLineStyle(new BasicStroke(0.6f));
      added.setLineColor(color);
      added.setFillColor(color);
    }
    return image(chart, HEIGHT);
  }

  /** Bars by category, those of a category upon each other. */
  static String bars(String yTitle, Map<String, Map<String, Double>> byCategory) {
    CategoryChart chart =
        new CategoryChartBuilder().width(WIDTH).height(HEIGHT).yAxisTitle(yTitle).build();
    style(chart.getStyler());
    chart.getStyler().setStacked(true);
    chart.getStyler().setAvailableSpaceFill(0.6);
    Set<String> names = new LinkedHashSet<>();
    byCategory.values().forEach(values -> names.addAll(values.keySet()));
    List<String> categories = List.copyOf(byCategory.keySet());
    for (String name : names) {
      chart.addSeries(
          name,
          categories,
          categories.stream()
              .map(category -> byCategory.get(category).getOrDefault(name, 0.0))
              .toList());
    }
    chart.getStyler().setLegendVisible(names.size() > 1);
    if (categories.stream().anyMatch(category -> category.length() > 14)) {
      chart.getStyler().setXAxisLabelRotation(20);
    }
    return image(chart, HEIGHT);
  }

  private static XYChart chart(String xTitle, String yTitle) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .xAxisTitle(xTitle)
            .yAxisTitle(yTitle)
            .build();
    style(chart.getStyler());
    chart.getStyler().setYAxisMin(0.0);
    return chart;
  }

  private static void style(AxesChartStyler styler) {
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setPlotGridLinesColor(new Color(0xE6, 0xE6, 0xE6));
    styler.setLegendPosition(LegendPosition.OutsideE);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
    styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
    styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    styler.setSeriesColors(COLORS);
    styler.setAntiAlias(true);
    styler.setYAxisDecimalPattern("#,##0.##");
    styler.setXAxisDecimalPattern("#,##0.##");
  }

  private static String image(Chart<?, ?> chart, int height) {
    BufferedImage image =
        new BufferedImage(WIDTH * DENSITY, height * DENSITY, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.scale(DENSITY, DENSITY);
    chart.paint(graphics, WIDTH, height);
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return "<img width=\"%d\" height=\"%d\" alt=\"\" src=\"data:image/png;base64,%s\">"
        .formatted(WIDTH, height, Base64.getEncoder().encodeToString(bytes.toByteArray()));
  }
}
