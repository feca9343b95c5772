/**
 * The work-order service: what is to be done, to which asset, by whom. The service to read first:
 * it calls others ({@code Enrichment}), publishes ({@code WorkOrderEvents}) and runs a saga ({@code
 * OpenWorkOrder}).
 */
@NullMarked
package io.iworx.examples.workorders;

import org.jspecify.annotations.NullMarked;
