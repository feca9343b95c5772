package io.iworx.server;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows in columns that are as wide as their widest cell. */
final class Table {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  Table(String... heads) {
    rows.add(List.of(heads));
  }

  /** One cell for each head. */
  void add(Object... cells) {
    rows.add(java.util.Arrays.stream(cells).map(String::valueOf).toList());
  }

  /** The whole table, heads first. */
  List<String> lines() {
    var widths =
        IntStream.range(0, rows.getFirst().size())
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    return rows.stream()
        .map(
            row ->
                IntStream.range(0, row.size())
                    .mapToObj(column -> padded(row.get(column), widths[column]))
                    .collect(Collectors.joining(GAP))
                    .stripTrailing())
        .toList();
  }

  private static String padded(String cell, int width) {
    return cell + " ".repeat(width - cell.length());
  }
}
