package io.iworx.server;

import io.iworx.server.spi.Extension;
import io.iworx.server.spi.Host;
import io.iworx.server.spi.HostedService;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.locks.ReentrantLock;

/** The services this process runs beside the gateway. Safe for any thread. */
final class HostedServices implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, HostedService.Running> running = new LinkedHashMap<>();
  private final Map<String, URI> targets = new LinkedHashMap<>();

  /** Those of every extension on the class path. */
  static List<HostedService> available() {
    return ServiceLoader.load(Extension.class).stream()
        .flatMap(it -> it.get().services().stream())
        .toList();
  }

  /** Starts one and notes which routes it answers. */
  void start(HostedService service, Host host) {
    lock.lock();
    try {
      var started = service.start(host);
      running.put(service.name(), started);
      service.routes().forEach(route -> targets.put(route, started.address()));
    } finally {
      lock.unlock();
    }
  }

  /** Route to address. */
  Map<String, URI> targets() {
    lock.lock();
    try {
      return Map.copyOf(targets);
    } finally {
      lock.unlock();
    }
  }

  /** Name to address of those that run, in the order of their start. */
  Map<String, URI> addresses() {
    lock.lock();
    try {
      var addresses = new LinkedHashMap<String, URI>();
      running.forEach((name, it) -> addresses.put(name, it.address()));
      return addresses;
    } finally {
      lock.unlock();
    }
  }

  /** Stops one. */
  void stop(String name) {
    lock.lock();
    try {
      var service = running.remove(name);
      if (service == null) {
        throw new IllegalArgumentException("No hosted service named " + name + " runs here.");
      }
      service.close();
    } finally {
      lock.unlock();
    }
  }

  /** Stops all, the last started first. */
  @Override
  public void close() {
    lock.lock();
    try {
      List.copyOf(running.keySet()).reversed().forEach(this::stop);
    } finally {
      lock.unlock();
    }
  }
}
