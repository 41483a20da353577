package dev.heddle.containerlauncher.protocol;

import dev.heddle.containerlauncher.protocol.proto.HeddleProtos.AgentProtocolService;
import org.apache.hadoop.ipc.ProtocolInfo;
import org.apache.hadoop.security.token.TokenInfo;

/** {@link AgentProtocol} as Hadoop RPC sees it. */
@ProtocolInfo(protocolName = "dev.heddle.AgentProtocol", protocolVersion = 1)
@TokenInfo(JobTokenSelector.class)
public interface AgentProtocolPB extends AgentProtocolService.BlockingInterface {}
