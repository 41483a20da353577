package dev.heddle.am.yarn;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.ipc.RPC;
import org.apache.hadoop.yarn.api.ApplicationMasterProtocol;
import org.apache.hadoop.yarn.api.protocolrecords.AllocateRequest;
import org.apache.hadoop.yarn.api.protocolrecords.AllocateResponse;
import org.apache.hadoop.yarn.api.protocolrecords.FinishApplicationMasterRequest;
import org.apache.hadoop.yarn.api.protocolrecords.FinishApplicationMasterResponse;
import org.apache.hadoop.yarn.api.protocolrecords.RegisterApplicationMasterRequest;
import org.apache.hadoop.yarn.api.protocolrecords.RegisterApplicationMasterResponse;
import org.apache.hadoop.yarn.api.records.ResourceRequest;
import org.apache.hadoop.yarn.client.ClientRMProxy;
import org.apache.hadoop.yarn.client.api.AMRMClient.ContainerRequest;
import org.apache.hadoop.yarn.client.api.impl.AMRMClientImpl;
import org.apache.hadoop.yarn.exceptions.YarnException;

/**
 * A ResourceManager takes a node label only on the request for any node that stands beside the one
 * for a named node; AMRMClient can't be told that. So it is put there on the way.
 */
final class LabelledClient extends AMRMClientImpl<ContainerRequest> {
  private final Optional<String> label;

  /**
   * @param label of all nodes that are asked for by name; empty for none
   */
  LabelledClient(Optional<String> label) {
    this.label = label;
  }

  @Override
  protected void serviceStart() throws Exception {
    if (label.isPresent()) {
      rmClient =
          new Labeller(
              ClientRMProxy.createRMProxy(getConfig(), ApplicationMasterProtocol.class),
              label.get());
    }
    super.serviceStart();
  }

  /** Puts the label on requests for any node that go with requests for a named one. */
  static final class Labeller implements ApplicationMasterProtocol, Closeable {
    private final ApplicationMasterProtocol manager;
    private final String label;

    Labeller(ApplicationMasterProtocol manager, String label) {
      this.manager = manager;
      this.label = label;
    }

    @Override
    public RegisterApplicationMasterResponse registerApplicationMaster(
        RegisterApplicationMasterRequest request) throws YarnException, IOException {
      return manager.registerApplicationMaster(request);
    }

    @Override
    public FinishApplicationMasterResponse finishApplicationMaster(
        FinishApplicationMasterRequest request) throws YarnException, IOException {
      return manager.finishApplicationMaster(request);
    }

    @Override
    public AllocateResponse allocate(AllocateRequest request) throws YarnException, IOException {
      for (ResourceRequest ask : request.getAskList()) {
        if (ResourceRequest.isAnyLocation(ask.getResourceName()) && !ask.getRelaxLocality()) {
          ask.setNodeLabelExpression(label);
        }
      }
      return manager.allocate(request);
    }

    @Override
    public void close() {
      RPC.stopProxy(manager);
    }
  }
}
