package dev.heddle.containerlauncher.protocol;

import java.util.List;
import java.util.Optional;

/**
 * What has flowed so far on one host.
 *
 * @param bytesIn bytes of File channels that have arrived
 * @param bytesInTotal bytes of File channels that will arrive; 0 while unknown
 * @param bytesOut model and output bytes uploaded
 * @param flows the Pipe channels
 * @param checkpoints empty where the job keeps none
 */
public record Progress(
    long bytesIn,
    long bytesInTotal,
    long bytesOut,
    List<ChannelFlow> flows,
    Optional<CheckpointSync> checkpoints) {
  public static final Progress NONE = new Progress(0, 0, 0, List.of(), Optional.empty());

  public Progress {
    flows = List.copyOf(flows);
  }
}
