package dev.heddle.client.doctor;

import dev.heddle.client.session.CommandException;
import dev.heddle.client.submit.S3Opening;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectStoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Whether this machine reads and writes S3; leaves the probe's program there. */
final class StoreExam {
  private static final String CHECK = "s3-from-here";

  private final S3Opening s3;
  private final Chart chart;

  StoreExam(S3Opening s3, Chart chart) {
    this.s3 = s3;
    this.chart = chart;
  }

  /** Whether the program is there. */
  boolean look(ProbeJob job, String script) throws InterruptedException, CommandException {
    try {
      ObjectStore store = s3.store();
      store.put(job.program(), ByteBuffer.wrap(script.getBytes(StandardCharsets.UTF_8)));
      if (store.head(job.program()).isEmpty()) {
        chart.fault(CHECK, job.program() + " was put, and isn't there");
        return false;
      }
      chart.ok(CHECK, "reads and writes below " + job.plan().output().orElseThrow());
      return true;
    } catch (ObjectStoreException e) {
      chart.fault(CHECK, e.getMessage(), remedy(job, e.kind()));
    } catch (IOException e) {
      chart.fault(CHECK, e.getMessage(), remedy(job, ObjectStoreException.Kind.UNREACHABLE));
    }
    return false;
  }

  private String remedy(ProbeJob job, ObjectStoreException.Kind kind) {
    return switch (kind) {
      case NOT_FOUND ->
          "make the bucket '" + job.folder().bucket() + "', or name another place: --output";
      case ACCESS_DENIED ->
          "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile in ~/.aws: keys that may"
              + " s3:PutObject, s3:GetObject, s3:ListBucket, s3:DeleteObject and"
              + " s3:AbortMultipartUpload there";
      case UNREACHABLE ->
          "heddle-site.xml: heddle.s3.endpoint and heddle.s3.region (now "
              + s3.choice().access().endpoint().map(Object::toString).orElse("AWS's own")
              + ", "
              + s3.choice().access().region()
              + "); the firewall between";
      case CHANGED, REFUSED ->
          "see what the server says; heddle.s3.region and heddle.s3.path-style";
    };
  }
}
