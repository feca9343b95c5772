package io.iworx.gateway;

/** A filter that the gateway runs on a virtual thread. */
record WaitingFilter(Filter filter) implements Filter {

  @Override
  public void apply(FilterRequest request, FilterChain chain) {
    throw new IllegalStateException(
        "A filter made by Filter.onVirtualThread was called by another filter, which would block the"
            + " event loop; give it to the gateway as a filter of its own.");
  }
}
