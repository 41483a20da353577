package dev.heddle.containerlauncher.protocol;

/** Where an agent stands with its host's attempt. It only ever moves forward within an attempt. */
public enum AgentPhase {
  /** Lays out /opt/ml and fetches the image. */
  PREPARING,
  /** Copies File channels. */
  DOWNLOADING,
  /** Waits for the host list. */
  READY,
  /** The algorithm runs. */
  RUNNING,
  /** The algorithm has ended; its last checkpoints go to S3. */
  SAVING,
  /** The algorithm has ended, or could not be started, or the preparation failed. */
  EXITED,
  /** Brings the model and the output to S3. */
  UPLOADING,
  /** The current upload order is carried out, or has failed. */
  UPLOADED
}
