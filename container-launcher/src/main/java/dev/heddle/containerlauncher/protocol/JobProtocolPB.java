package dev.heddle.containerlauncher.protocol;

import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.JobProtocolService;
import org.apache.hadoop.ipc.ProtocolInfo;
import org.apache.hadoop.security.token.TokenInfo;

/** {@link JobProtocol} as Hadoop RPC sees it. */
@ProtocolInfo(protocolName = "dev.heddle.JobProtocol", protocolVersion = 1)
@TokenInfo(JobTokenSelector.class)
public interface JobProtocolPB extends JobProtocolService.BlockingInterface {}
