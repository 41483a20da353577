package dev.heddle.am.launch;

import org.apache.hadoop.fs.Path;

/**
 * A job's staging directory: what the client leaves there for the ApplicationMaster, and what the
 * ApplicationMaster leaves for whoever asks later.
 *
 * @param directory {@code STAGING/JOB_NAME}
 */
public record Staging(Path directory) {

  /** The CreateTrainingJob request; creating it exclusively is what claims the job's name. */
  public Path request() {
    return new Path(directory, "request.json");
  }

  /** The effective {@code heddle.*} settings, a flat JSON object. */
  public Path settings() {
    return new Path(directory, "settings.json");
  }

  /** The YARN application's id, as text. */
  public Path application() {
    return new Path(directory, "application");
  }

  /** The secret (hexadecimal) from which the RPC tokens of this job are made; mode 0600. */
  public Path secret() {
    return new Path(directory, "secret");
  }

  /** The job's record in the DescribeTrainingJob shape, replaced atomically at each change. */
  public Path record() {
    return new Path(directory, "record.json");
  }

  /** The listing of the checkpoints from which an attempt begins. */
  public Path checkpoints(int attempt) {
    return new Path(directory, "checkpoints-" + attempt + ".json");
  }

  /** Which ApplicationMaster is in charge, and where it answers. */
  public Path master() {
    return new Path(directory, "master");
  }

  /** What each ApplicationMaster leaves for the next. */
  public Path journal() {
    return new Path(directory, "journal");
  }

  /** The submitting client's Hadoop configuration without secrets ({@link ClientConfiguration}). */
  public Path hadoopConf() {
    return new Path(directory, "hadoop-conf.xml");
  }
}
