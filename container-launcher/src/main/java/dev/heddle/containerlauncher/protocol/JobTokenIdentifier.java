package dev.heddle.containerlauncher.protocol;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.apache.hadoop.io.Text;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.security.token.TokenIdentifier;

/** Who holds a job's RPC token: one agent, or the job's owner at a client. */
public final class JobTokenIdentifier extends TokenIdentifier {
  /** The token kind. */
  public static final Text KIND = new Text("HEDDLE_JOB_TOKEN");

  /** The holder's name when it is the job's owner. */
  public static final String CLIENT = "client";

  private String applicationId = "";
  private String holder = "";

  /** For Hadoop, which reads the fields in afterwards. */
  public JobTokenIdentifier() {}

  /**
   * @param holder an agent's container id, or {@link #CLIENT}
   */
  public JobTokenIdentifier(String applicationId, String holder) {
    this.applicationId = applicationId;
    this.holder = holder;
  }

  public String applicationId() {
    return applicationId;
  }

  @Override
  public Text getKind() {
    return KIND;
  }

  /** The holder as a user: what the server sees of a caller. */
  @Override
  public UserGroupInformation getUser() {
    return holder.isEmpty() ? null : UserGroupInformation.createRemoteUser(holder);
  }

  @Override
  public void write(DataOutput out) throws IOException {
    out.writeUTF(applicationId);
    out.writeUTF(holder);
  }

  @Override
  public void readFields(DataInput in) throws IOException {
    applicationId = in.readUTF();
    holder = in.readUTF();
  }
}
