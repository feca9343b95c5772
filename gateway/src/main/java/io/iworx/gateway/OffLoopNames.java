package io.iworx.gateway;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/** Host names by the JDK's resolver and its cache, on virtual threads: looking one up may block. */
final class OffLoopNames extends AddressResolverGroup<InetSocketAddress> {

  @Override
  protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
    return new Resolver(executor).asAddressResolver();
  }

  private static final class Resolver extends InetNameResolver {
    Resolver(EventExecutor executor) {
      super(executor);
    }

    @Override
    protected void doResolve(String host, Promise<InetAddress> promise) throws Exception {
      var literal = NetUtil.createByteArrayFromIpAddressString(host);
      if (literal != null) {
        promise.setSuccess(InetAddress.getByAddress(host, literal));
        return;
      }
      Thread.startVirtualThread(() -> lookUp(host, promise));
    }

    private static void lookUp(String host, Promise<InetAddress> promise) {
      try {
        promise.trySuccess(InetAddress.getByName(host));
      } catch (UnknownHostException e) {
        promise.tryFailure(e);
      }
    }

    @Override
    protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
      Thread.startVirtualThread(
          () -> {
            try {
              promise.trySuccess(List.of(InetAddress.getAllByName(host)));
            } catch (UnknownHostException e) {
              promise.tryFailure(e);
            }
          });
    }
  }
}
