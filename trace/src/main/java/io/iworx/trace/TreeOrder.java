package io.iworx.trace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Puts entries below their causes, depth first. Without recursion: causes may be a long chain. */
final class TreeOrder {
  private TreeOrder() {}

  private record Visit(int entry, int parentNode, int depth) {}

  static List<Trace.Node> of(Causes causes) {
    Map<Integer, List<Integer>> children = new HashMap<>();
    for (int i = 0; i < causes.entries().size(); i++) {
      children.computeIfAbsent(causes.parents().get(i), _ -> new ArrayList<>()).add(i);
    }
    var nodes = new ArrayList<Trace.Node>();
    var open = new ArrayDeque<Visit>();
    push(open, children, Causes.NONE, Causes.NONE, 0);
    while (!open.isEmpty()) {
      var visit = open.pop();
      nodes.add(
          new Trace.Node(
              causes.entries().get(visit.entry()),
              visit.parentNode(),
              visit.depth(),
              causes.inferred().get(visit.entry())));
      push(open, children, visit.entry(), nodes.size() - 1, visit.depth() + 1);
    }
    return List.copyOf(nodes);
  }

  /** The first child goes on top. */
  private static void push(
      ArrayDeque<Visit> open,
      Map<Integer, List<Integer>> children,
      int entry,
      int node,
      int depth) {
    for (int child : children.getOrDefault(entry, List.of()).reversed()) {
      open.push(new Visit(child, node, depth));
    }
  }
}
