package dev.heddle.containerlauncher.protocol;

import dev.heddle.pipemode.MultipartTarget;
import dev.heddle.pipemode.ObjectUri;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What the supervisor wants of one agent now. The current order is repeated with every heartbeat;
 * an agent carries out each number once, and a higher number replaces a lower one.
 */
public sealed interface Order {

  /** Ascends per host and attempt, from 1. */
  long number();

  /**
   * Make the host ready for an attempt, then wait. What an earlier attempt left is removed, but
   * channels that came whole stay; the checkpoints are made equal to the attempt's listing.
   *
   * @param attempt from 1; an agent that works on a lower one goes over to it
   */
  record Prepare(long number, int attempt) implements Order {}

  /**
   * Stop the algorithm, TERM and KILL after the grace, bring its checkpoints to S3, and keep the
   * host's place: another attempt follows. Without an algorithm: end the attempt.
   */
  record Halt(long number, Duration grace) implements Order {}

  /**
   * Start the algorithm.
   *
   * @param hosts all hosts of the attempt
   * @param networkInterface the interface that carries this host's address
   */
  record Start(long number, List<HostAddress> hosts, String networkInterface) implements Order {
    public Start {
      hosts = HostList.of(hosts);
    }
  }

  /** Stop the algorithm: TERM, then KILL after the grace. Without an algorithm: end as stopped. */
  record Stop(long number, Duration grace) implements Order {}

  /**
   * Bring this host's share of each archive to S3.
   *
   * @param archives by archive name ({@code model.tar.gz}, {@code output.tar.gz})
   */
  record Upload(long number, Map<String, UploadShare> archives) implements Order {
    public Upload {
      archives = Map.copyOf(archives);
    }
  }

  /**
   * Write the last part of each archive: the other hosts' tails, then the end of the archive.
   *
   * @param archives by archive name
   */
  record Append(long number, Map<String, AppendShare> archives) implements Order {
    public Append {
      archives = Map.copyOf(archives);
    }
  }

  /** Clean up and end. */
  record Leave(long number) implements Order {}

  /** A host's name and the address it has in this attempt. */
  record HostAddress(String host, String address) {}

  /**
   * One host's share of a merged archive.
   *
   * @param target the multipart upload and this host's part numbers; for an uncompressed model
   *     ({@code CompressionType: NONE}) the object is the folder and the upload's id is empty
   * @param tail where to leave what is too small for a part
   */
  record UploadShare(MultipartTarget target, ObjectUri tail) {}

  /**
   * The end of a merged archive.
   *
   * @param target the part numbers that are left
   * @param tails in the order they are appended
   */
  record AppendShare(MultipartTarget target, List<ObjectUri> tails) {
    public AppendShare {
      tails = List.copyOf(tails);
    }
  }
}
