package io.iworx.torture;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The service that sagas call: does once what it is asked under one key, refuses a step whose undo
 * it has seen, and counts what it did. Each call is a moment before and after its effect.
 */
final class Outside implements AutoCloseable {
  static final String KEY = "idempotency-key";
  static final String UNDO = "/undo";
  static final int DONE = 200;
  static final int DENIED = 401;
  static final int REFUSED = 409;

  private final Gate gate;
  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<String> keys = new HashSet<>();
  private final List<Effect> effects = new ArrayList<>();
  private final Set<String> denying = ConcurrentHashMap.newKeySet();

  private Outside(Gate gate, HttpServer http) {
    this.gate = gate;
    this.http = http;
  }

  static Outside open(Gate gate) throws IOException {
    var http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    var outside = new Outside(gate, http);
    http.setExecutor(outside.threads);
    http.createContext("/", outside::answer);
    http.start();
    return outside;
  }

  String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /**
   * From now on it denies every step of the saga without a look at its key, as where a credential
   * has expired.
   */
  void deny(String saga) {
    denying.add(saga);
  }

  /** What it did. */
  List<Effect> effects() {
    lock.lock();
    try {
      return List.copyOf(effects);
    } finally {
      lock.unlock();
    }
  }

  /** The path is worker, saga and step. */
  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var path = exchange.getRequestURI().getPath().substring(1).split("/", 3);
      var key = String.valueOf(exchange.getRequestHeaders().getFirst(KEY));
      if (!gate.pass(path[0], path[1], "before the call " + path[2])) {
        return;
      }
      var status = perform(key, path[1], path[2]);
      if (!gate.pass(path[0], path[1], "after the call " + path[2])) {
        return;
      }
      if (status == REFUSED) {
        exchange.getResponseHeaders().set(KEY, key);
      }
      exchange.sendResponseHeaders(status, -1);
    }
  }

  private int perform(String key, String saga, String what) {
    var undo = what.endsWith(UNDO);
    if (!undo && denying.contains(saga)) {
      return DENIED;
    }
    lock.lock();
    try {
      if (!undo && keys.contains(key + UNDO)) {
        return REFUSED;
      }
      var fresh = keys.add(key);
      var hasDone = !undo || keys.contains(key.substring(0, key.length() - UNDO.length()));
      if (fresh && hasDone) {
        effects.add(new Effect(saga, what));
      }
      return DONE;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    http.stop(0);
    threads.close();
  }
}
