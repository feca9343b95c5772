package io.iworx.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The result, for people and for programs.
 *
 * @param commit what was measured
 * @param seconds how long each run lasted
 * @param load what the machine was busy with before: processes that wanted to run, in the last
 *     minute; negative where it is not known
 * @param fsyncMillis how long the disk takes to write through
 */
record Report(
    String benchmark,
    String commit,
    double seconds,
    int rounds,
    double load,
    double fsyncMillis,
    List<Row.Outcome> rows) {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final List<String> HEAD =
      List.of("", "row", "ours", "against", "ratio", "CPU µs", "against", "ratio", "floor", "goal");

  void write(Path file) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    root.put("benchmark", benchmark).put("commit", commit);
    root.put("jdk", System.getProperty("java.vm.version"));
    root.put("cores", Runtime.getRuntime().availableProcessors());
    root.put("seconds", seconds).put("rounds", rounds);
    root.put("loadBefore", rounded(load));
    root.put("fsyncMillis", rounded(fsyncMillis));
    var list = root.putArray("rows");
    rows.forEach(outcome -> describe(list.addObject(), outcome));
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.writeString(file, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
  }

  private static void describe(ObjectNode object, Row.Outcome outcome) {
    Row row = outcome.row();
    Figure figure = outcome.figure();
    object.put("name", row.name()).put("what", row.what());
    object.put("value", rounded(figure.value())).put("unit", row.unit());
    object.put("against", rounded(figure.against())).put("ratio", rounded(figure.ratio()));
    object.put("floor", number(row.bound().floor())).put("goal", number(row.bound().goal()));
    object.put("bound", row.bound().atMost() ? "at most" : "at least");
    object.put("holds", outcome.holds());
    object.put("cpuMicros", rounded(figure.cpu()));
    object.put("againstCpuMicros", rounded(figure.againstCpu()));
    object.put("cpuRatio", rounded(figure.cpuRatio()));
    object.put("runs", outcome.runs());
    object.put("note", outcome.note());
  }

  private static @Nullable Double number(double value) {
    return Double.isFinite(value) ? value : null;
  }

  /** To four digits: more was not measured. */
  private static @Nullable Double rounded(double value) {
    return Double.isFinite(value)
        ? new java.math.BigDecimal(value).round(new java.math.MathContext(4)).doubleValue()
        : null;
  }

  /** An aligned table. */
  String table() {
    List<List<String>> lines = new ArrayList<>();
    lines.add(HEAD);
    rows.forEach(outcome -> lines.add(cells(outcome)));
    int[] widths = new int[HEAD.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      text.append(line(lines.get(i), widths));
      if (i > 0) {
        Row.Outcome outcome = rows.get(i - 1);
        text.append("  ").append(outcome.row().what());
        if (outcome.note() != null) {
          text.append(": ").append(outcome.note());
        }
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String blank = " ".repeat(widths[i] - cells.get(i).length());
      // Words to the left, numbers to the right.
      line.append(i < 2 ? cells.get(i) + blank : blank + cells.get(i)).append("  ");
    }
    return line.toString().stripTrailing();
  }

  private static List<String> cells(Row.Outcome outcome) {
    Row row = outcome.row();
    Figure figure = outcome.figure();
    String sign = row.bound().atMost() ? "≤ " : "";
    Boolean holds = outcome.holds();
    return List.of(
        holds == null ? "?" : holds ? "holds" : "FAILS",
        row.name(),
        text(figure.value()) + unit(row, figure.value()),
        text(figure.against()),
        text(figure.ratio()),
        text(figure.cpu()),
        text(figure.againstCpu()),
        text(figure.cpuRatio()),
        Double.isNaN(row.bound().floor()) ? "" : sign + text(row.bound().floor()),
        Double.isNaN(row.bound().goal()) ? "" : text(row.bound().goal()));
  }

  private static String unit(Row row, double value) {
    return Double.isNaN(value) ? "" : " " + row.unit();
  }

  static String text(double value) {
    if (!Double.isFinite(value)) {
      return "";
    }
    double size = Math.abs(value);
    String form = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, form, value);
  }
}
