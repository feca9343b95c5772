package io.iworx.benchmarks.gateway;

import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/** The cheapest sockets this machine has, for loader and upstream. */
record Sockets(
    IoHandlerFactory handlers,
    Class<? extends ServerChannel> server,
    Class<? extends Channel> channel) {

  static Sockets best() {
    return Epoll.isAvailable()
        ? new Sockets(
            EpollIoHandler.newFactory(), EpollServerSocketChannel.class, EpollSocketChannel.class)
        : new Sockets(
            NioIoHandler.newFactory(), NioServerSocketChannel.class, NioSocketChannel.class);
  }
}
