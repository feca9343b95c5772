package io.iworx.eventbus;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The standard events of the platform. The constant {@code WORK_ORDER_CREATED} is the type {@code
 * work_order.created} and has the payload {@link WorkOrderCreated}; so for all. A service may add
 * types of its own.
 *
 * <p>Payloads are camelCase JSON. Ids, statuses and dates are text, since services in other
 * languages write them too; members that are not listed here stay in {@link Event#json()}; lists
 * that are missing are empty.
 */
public final class DomainEvents {
  public static final EventType<AssetCreated> ASSET_CREATED =
      EventType.of("asset.created", AssetCreated.class).keyedBy("assetId");
  public static final EventType<AssetUpdated> ASSET_UPDATED =
      EventType.of("asset.updated", AssetUpdated.class).keyedBy("assetId");
  public static final EventType<AssetDeleted> ASSET_DELETED =
      EventType.of("asset.deleted", AssetDeleted.class).keyedBy("assetId");
  public static final EventType<AssetStatusChanged> ASSET_STATUS_CHANGED =
      EventType.of("asset.status_changed", AssetStatusChanged.class).keyedBy("assetId");
  public static final EventType<AssetHealthScoreUpdated> ASSET_HEALTH_SCORE_UPDATED =
      EventType.of("asset.health_score_updated", AssetHealthScoreUpdated.class).keyedBy("assetId");

  public static final EventType<WorkOrderCreated> WORK_ORDER_CREATED =
      EventType.of("work_order.created", WorkOrderCreated.class).keyedBy("workOrderId");
  public static final EventType<WorkOrderUpdated> WORK_ORDER_UPDATED =
      EventType.of("work_order.updated", WorkOrderUpdated.class).keyedBy("workOrderId");
  public static final EventType<WorkOrderAssigned> WORK_ORDER_ASSIGNED =
      EventType.of("work_order.assigned", WorkOrderAssigned.class).keyedBy("workOrderId");
  public static final EventType<WorkOrderStarted> WORK_ORDER_STARTED =
      EventType.of("work_order.started", WorkOrderStarted.class).keyedBy("workOrderId");
  public static final EventType<WorkOrderCompleted> WORK_ORDER_COMPLETED =
      EventType.of("work_order.completed", WorkOrderCompleted.class).keyedBy("workOrderId");
  public static final EventType<WorkOrderCancelled> WORK_ORDER_CANCELLED =
      EventType.of("work_order.cancelled", WorkOrderCancelled.class).keyedBy("workOrderId");
  public static final EventType<WorkOrderInventoryReserved> WORK_ORDER_INVENTORY_RESERVED =
      EventType.of("work_order.inventory_reserved", WorkOrderInventoryReserved.class)
          .keyedBy("workOrderId");

  public static final EventType<InventoryItemCreated> INVENTORY_ITEM_CREATED =
      EventType.of("inventory.item_created", InventoryItemCreated.class).keyedBy("itemId");
  public static final EventType<InventoryItemUpdated> INVENTORY_ITEM_UPDATED =
      EventType.of("inventory.item_updated", InventoryItemUpdated.class).keyedBy("itemId");
  public static final EventType<InventoryStockChanged> INVENTORY_STOCK_CHANGED =
      EventType.of("inventory.stock_changed", InventoryStockChanged.class).keyedBy("itemId");
  public static final EventType<InventoryLowStockAlert> INVENTORY_LOW_STOCK_ALERT =
      EventType.of("inventory.low_stock_alert", InventoryLowStockAlert.class).keyedBy("itemId");
  public static final EventType<InventoryTransferInitiated> INVENTORY_TRANSFER_INITIATED =
      EventType.of("inventory.transfer_initiated", InventoryTransferInitiated.class)
          .keyedBy("itemId");
  public static final EventType<InventoryTransferCompleted> INVENTORY_TRANSFER_COMPLETED =
      EventType.of("inventory.transfer_completed", InventoryTransferCompleted.class)
          .keyedBy("itemId");

  public static final EventType<SafetyIncidentReported> SAFETY_INCIDENT_REPORTED =
      EventType.of("safety.incident_reported", SafetyIncidentReported.class).keyedBy("incidentId");
  public static final EventType<SafetyIncidentInvestigated> SAFETY_INCIDENT_INVESTIGATED =
      EventType.of("safety.incident_investigated", SafetyIncidentInvestigated.class)
          .keyedBy("incidentId");
  public static final EventType<SafetyCapaCreated> SAFETY_CAPA_CREATED =
      EventType.of("safety.capa_created", SafetyCapaCreated.class).keyedBy("capaId");
  public static final EventType<SafetyCapaCompleted> SAFETY_CAPA_COMPLETED =
      EventType.of("safety.capa_completed", SafetyCapaCompleted.class).keyedBy("capaId");

  public static final EventType<PeoplePersonCreated> PEOPLE_PERSON_CREATED =
      EventType.of("people.person_created", PeoplePersonCreated.class).keyedBy("personId");
  public static final EventType<PeopleSkillUpdated> PEOPLE_SKILL_UPDATED =
      EventType.of("people.skill_updated", PeopleSkillUpdated.class).keyedBy("personId");
  public static final EventType<PeopleTeamCreated> PEOPLE_TEAM_CREATED =
      EventType.of("people.team_created", PeopleTeamCreated.class).keyedBy("teamId");
  public static final EventType<PeopleTeamMemberAdded> PEOPLE_TEAM_MEMBER_ADDED =
      EventType.of("people.team_member_added", PeopleTeamMemberAdded.class).keyedBy("teamId");

  public static final EventType<JobPlanCreated> JOB_PLAN_CREATED =
      EventType.of("job_plan.created", JobPlanCreated.class).keyedBy("jobPlanId");
  public static final EventType<JobPlanUpdated> JOB_PLAN_UPDATED =
      EventType.of("job_plan.updated", JobPlanUpdated.class).keyedBy("jobPlanId");
  public static final EventType<JobPlanDeleted> JOB_PLAN_DELETED =
      EventType.of("job_plan.deleted", JobPlanDeleted.class).keyedBy("jobPlanId");
  public static final EventType<JobPlanUsed> JOB_PLAN_USED =
      EventType.of("job_plan.used", JobPlanUsed.class).keyedBy("jobPlanId");
  public static final EventType<JobPlanApproved> JOB_PLAN_APPROVED =
      EventType.of("job_plan.approved", JobPlanApproved.class).keyedBy("jobPlanId");

  private static final List<EventType<?>> ALL =
      List.of(
          ASSET_CREATED,
          ASSET_UPDATED,
          ASSET_DELETED,
          ASSET_STATUS_CHANGED,
          ASSET_HEALTH_SCORE_UPDATED,
          WORK_ORDER_CREATED,
          WORK_ORDER_UPDATED,
          WORK_ORDER_ASSIGNED,
          WORK_ORDER_STARTED,
          WORK_ORDER_COMPLETED,
          WORK_ORDER_CANCELLED,
          WORK_ORDER_INVENTORY_RESERVED,
          INVENTORY_ITEM_CREATED,
          INVENTORY_ITEM_UPDATED,
          INVENTORY_STOCK_CHANGED,
          INVENTORY_LOW_STOCK_ALERT,
          INVENTORY_TRANSFER_INITIATED,
          INVENTORY_TRANSFER_COMPLETED,
          SAFETY_INCIDENT_REPORTED,
          SAFETY_INCIDENT_INVESTIGATED,
          SAFETY_CAPA_CREATED,
          SAFETY_CAPA_COMPLETED,
          PEOPLE_PERSON_CREATED,
          PEOPLE_SKILL_UPDATED,
          PEOPLE_TEAM_CREATED,
          PEOPLE_TEAM_MEMBER_ADDED,
          JOB_PLAN_CREATED,
          JOB_PLAN_UPDATED,
          JOB_PLAN_DELETED,
          JOB_PLAN_USED,
          JOB_PLAN_APPROVED);

  private DomainEvents() {}

  /** Every standard event. */
  public static List<EventType<?>> all() {
    return ALL;
  }

  /** The standard event of a name. */
  public static Optional<EventType<?>> named(String name) {
    return ALL.stream()
        .<EventType<?>>map(type -> type)
        .filter(type -> type.name().equals(name))
        .findFirst();
  }

  /** An asset was added. */
  public record AssetCreated(
      String assetId,
      @Nullable String name,
      @Nullable String assetNumber,
      @Nullable String type,
      @Nullable String status,
      @Nullable String criticality) {}

  /** Fields of an asset changed, other than its status and health score. */
  public record AssetUpdated(String assetId, List<String> changedFields) {
    public AssetUpdated {
      changedFields = orEmpty(changedFields);
    }
  }

  /** An asset was removed. */
  public record AssetDeleted(String assetId) {}

  /** An asset went from one status to another. */
  public record AssetStatusChanged(
      String assetId, @Nullable String previousStatus, String newStatus) {}

  /** An asset's health score was set. */
  public record AssetHealthScoreUpdated(
      String assetId, @Nullable Double previousScore, Double newScore) {}

  /** A work order was opened. */
  public record WorkOrderCreated(
      String workOrderId,
      @Nullable String assetId,
      @Nullable String priority,
      @Nullable String scheduledDate) {}

  /** Fields of a work order changed, other than its status. */
  public record WorkOrderUpdated(
      String workOrderId, @Nullable String assetId, List<String> changedFields) {
    public WorkOrderUpdated {
      changedFields = orEmpty(changedFields);
    }
  }

  /** A work order was given to a technician. */
  public record WorkOrderAssigned(
      String workOrderId, String technicianId, @Nullable String previousTechnicianId) {}

  /** Work on a work order began. */
  public record WorkOrderStarted(
      String workOrderId,
      @Nullable String assetId,
      @Nullable String previousStatus,
      String newStatus) {}

  /** A work order was finished. */
  public record WorkOrderCompleted(
      String workOrderId,
      @Nullable String assetId,
      @Nullable String previousStatus,
      String newStatus) {}

  /** A work order was given up. */
  public record WorkOrderCancelled(
      String workOrderId,
      @Nullable String assetId,
      @Nullable String previousStatus,
      String newStatus,
      @Nullable String reason) {}

  /** The parts of a work order were set aside for it. */
  public record WorkOrderInventoryReserved(String workOrderId, List<ItemQuantity> items) {
    public WorkOrderInventoryReserved {
      items = orEmpty(items);
    }
  }

  /** An item was added to the stock list. */
  public record InventoryItemCreated(
      String itemId, @Nullable String name, @Nullable String sku, @Nullable Integer quantity) {}

  /** Fields of an item changed, other than its stock. */
  public record InventoryItemUpdated(String itemId, List<String> changedFields) {
    public InventoryItemUpdated {
      changedFields = orEmpty(changedFields);
    }
  }

  /** An item's stock went up or down. */
  public record InventoryStockChanged(
      String itemId,
      @Nullable Integer previousQuantity,
      Integer newQuantity,
      @Nullable Integer reservedStock,
      @Nullable String workOrderId) {}

  /** An item's free stock fell to its reorder point or below. */
  public record InventoryLowStockAlert(
      String itemId, Integer quantity, @Nullable Integer reservedStock, Integer reorderPoint) {}

  /** Stock began to move from one location to another. */
  public record InventoryTransferInitiated(
      String itemId,
      String transferId,
      Integer quantity,
      @Nullable String fromLocation,
      @Nullable String toLocation) {}

  /** Stock arrived at its new location. */
  public record InventoryTransferCompleted(
      String itemId,
      String transferId,
      Integer quantity,
      @Nullable String fromLocation,
      @Nullable String toLocation) {}

  /** An incident was reported. */
  public record SafetyIncidentReported(
      String incidentId,
      @Nullable String severity,
      @Nullable String assetId,
      @Nullable String title) {}

  /** The investigation of an incident ended. */
  public record SafetyIncidentInvestigated(
      String incidentId, @Nullable String investigatorId, @Nullable String findings) {}

  /** A corrective or preventive action was decided. */
  public record SafetyCapaCreated(
      String capaId,
      @Nullable String incidentId,
      @Nullable String title,
      @Nullable String dueDate) {}

  /** A corrective or preventive action was carried out. */
  public record SafetyCapaCompleted(String capaId, @Nullable String incidentId) {}

  /** A person was added. */
  public record PeoplePersonCreated(
      String personId,
      @Nullable String firstName,
      @Nullable String lastName,
      @Nullable String email) {}

  /** A person's skill was added or changed. */
  public record PeopleSkillUpdated(String personId, String skill, @Nullable String level) {}

  /** A team was set up. */
  public record PeopleTeamCreated(String teamId, @Nullable String name) {}

  /** A person joined a team. */
  public record PeopleTeamMemberAdded(String teamId, String personId) {}

  /** A job plan was written. */
  public record JobPlanCreated(String jobPlanId, @Nullable String name) {}

  /** Fields of a job plan changed. */
  public record JobPlanUpdated(String jobPlanId, List<String> changedFields) {
    public JobPlanUpdated {
      changedFields = orEmpty(changedFields);
    }
  }

  /** A job plan was removed. */
  public record JobPlanDeleted(String jobPlanId) {}

  /** A work order was made from a job plan. */
  public record JobPlanUsed(String jobPlanId, String workOrderId) {}

  /** A job plan was released for use. */
  public record JobPlanApproved(String jobPlanId, @Nullable String approvedBy) {}

  /** So many of an item. */
  public record ItemQuantity(String itemId, Integer quantity) {}

  private static <E> List<E> orEmpty(@Nullable List<E> list) {
    return list == null ? List.of() : List.copyOf(list);
  }
}
