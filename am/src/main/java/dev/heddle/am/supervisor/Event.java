package dev.heddle.am.supervisor;

import dev.heddle.containerlauncher.protocol.AgentReport;
import dev.heddle.containerlauncher.protocol.AllocationEnd;
import dev.heddle.containerlauncher.protocol.Fault;
import java.util.List;
import java.util.Map;

/** Everything that can happen to a job. */
public sealed interface Event {

  /** The cluster will take requests now; it has so many nodes. */
  record ClusterReady(int nodes) implements Event {}

  /** Allocations have come, wanted or not. */
  record Allocated(List<Allocation> allocations) implements Event {
    public Allocated {
      allocations = List.copyOf(allocations);
    }
  }

  /** An allocation has ended, launched or not. */
  record AllocationEnded(String allocation, AllocationEnd end) implements Event {}

  /** An agent has registered. */
  record AgentJoined(String allocation, String address, String networkInterface) implements Event {}

  /** An agent's heartbeat. */
  record AgentReported(AgentReport report) implements Event {}

  /** The user wants the job stopped. */
  record StopRequested() implements Event {}

  /** The archives' multipart uploads are open; their ids by archive name. */
  record UploadsOpened(int merge, Map<String, String> uploadIds) implements Event {
    public UploadsOpened {
      uploadIds = Map.copyOf(uploadIds);
    }
  }

  /** All archives have appeared in S3. */
  record UploadsCompleted(int merge) implements Event {}

  /** Opening or completing the uploads failed for good. */
  record UploadsFailed(int merge, Fault fault) implements Event {}

  /** The checkpoints can't be listed, for good. */
  record CheckpointsFailed(Fault fault) implements Event {}

  /** The cluster has thrown the ApplicationMaster out, or can't be reached any more. */
  record ClusterLost(String why) implements Event {}

  /** A deadline may have passed. */
  record Tick() implements Event {}

  /**
   * One host's place on the cluster.
   *
   * @param id the container's id
   * @param node the node's name
   */
  record Allocation(String id, String node) {}
}
