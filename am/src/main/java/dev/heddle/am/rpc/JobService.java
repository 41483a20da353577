package dev.heddle.am.rpc;

import dev.heddle.containerlauncher.protocol.JobProtocolPB;
import dev.heddle.containerlauncher.protocol.JobTokenIdentifier;
import dev.heddle.containerlauncher.protocol.LogChunk;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.DescribeRequest;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.DescribeResponse;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.ReadLogRequest;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.ReadLogResponse;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.StopRequest;
import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.StopResponse;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hadoop.ipc.Server;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.thirdparty.protobuf.ByteString;
import org.apache.hadoop.thirdparty.protobuf.RpcController;
import org.apache.hadoop.thirdparty.protobuf.ServiceException;

/** The clients' side of the server: for the job's owner alone. */
final class JobService implements JobProtocolPB {
  private static final int MAX_BYTES = 1 << 20;
  private static final long LOG_PATIENCE_MS = 5_000;
  private static final Set<String> STREAMS = Set.of("stdout", "stderr");

  private final Desk desk;
  private final LogRelay relay;
  // A reader of logs waits in a handler; others must still be heard.
  private final Semaphore readers = new Semaphore(6);

  JobService(Desk desk, LogRelay relay) {
    this.desk = desk;
    this.relay = relay;
  }

  @Override
  public DescribeResponse describe(RpcController controller, DescribeRequest request)
      throws ServiceException {
    try {
      check();
      return DescribeResponse.newBuilder().setRecordJson(desk.describe()).build();
    } catch (IOException e) {
      throw new ServiceException(e);
    }
  }

  @Override
  public StopResponse stop(RpcController controller, StopRequest request) throws ServiceException {
    try {
      check();
      desk.stop();
      return StopResponse.getDefaultInstance();
    } catch (IOException e) {
      throw new ServiceException(e);
    }
  }

  @Override
  public ReadLogResponse readLog(RpcController controller, ReadLogRequest request)
      throws ServiceException {
    try {
      check();
      return read(request);
    } catch (IOException e) {
      throw new ServiceException(e);
    }
  }

  private ReadLogResponse read(ReadLogRequest request) throws IOException {
    if (!STREAMS.contains(request.getStream()) || request.getOffset() < 0) {
      throw new IOException("no such log: " + request.getStream());
    }
    Desk.HostState state = desk.stateOf(request.getHost());
    if (state == Desk.HostState.UNKNOWN) {
      throw new FileNotFoundException("the job has no host " + request.getHost());
    }
    int size = Math.max(1, Math.min(MAX_BYTES, request.getMaxBytes()));
    if (!readers.tryAcquire()) {
      throw new IOException("too many readers of logs at once; try again");
    }
    CompletableFuture<LogChunk> answer =
        relay.ask(request.getHost(), request.getStream(), request.getOffset(), size);
    try {
      LogChunk chunk = answer.get(LOG_PATIENCE_MS, TimeUnit.MILLISECONDS);
      boolean whole = chunk.offset() + chunk.bytes().length >= chunk.length();
      return ReadLogResponse.newBuilder()
          .setOffset(chunk.offset())
          .setBytes(ByteString.copyFrom(chunk.bytes()))
          .setLength(chunk.length())
          .setEnded(whole && state == Desk.HostState.ENDED)
          .build();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for " + request.getHost());
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    } catch (TimeoutException e) {
      answer.cancel(true);
      throw new IOException("the agent of " + request.getHost() + " does not answer", e);
    } finally {
      readers.release();
    }
  }

  private static void check() throws IOException {
    UserGroupInformation caller = Server.getRemoteUser();
    if (caller == null || !caller.getUserName().equals(JobTokenIdentifier.CLIENT)) {
      throw new AccessControlException("the caller's token is not that of the job's owner");
    }
  }
}
