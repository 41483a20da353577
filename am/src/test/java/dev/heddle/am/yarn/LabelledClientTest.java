package dev.heddle.am.yarn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.yarn.api.ApplicationMasterProtocol;
import org.apache.hadoop.yarn.api.protocolrecords.AllocateRequest;
import org.apache.hadoop.yarn.api.protocolrecords.AllocateResponse;
import org.apache.hadoop.yarn.api.protocolrecords.FinishApplicationMasterRequest;
import org.apache.hadoop.yarn.api.protocolrecords.FinishApplicationMasterResponse;
import org.apache.hadoop.yarn.api.protocolrecords.RegisterApplicationMasterRequest;
import org.apache.hadoop.yarn.api.protocolrecords.RegisterApplicationMasterResponse;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.api.records.ResourceRequest;
import org.junit.jupiter.api.Test;

class LabelledClientTest {
  private static final Resource AGENT = Resource.newInstance(512, 1);

  private final List<ResourceRequest> asked = new ArrayList<>();

  /** Keeps what it was asked for. */
  private final class Manager implements ApplicationMasterProtocol {
    @Override
    public RegisterApplicationMasterResponse registerApplicationMaster(
        RegisterApplicationMasterRequest request) {
      throw new UnsupportedOperationException();
    }

    @Override
    public FinishApplicationMasterResponse finishApplicationMaster(
        FinishApplicationMasterRequest request) {
      throw new UnsupportedOperationException();
    }

    @Override
    public AllocateResponse allocate(AllocateRequest request) {
      asked.addAll(request.getAskList());
      return null;
    }
  }

  private static ResourceRequest ask(String where, boolean relax, String label) {
    return ResourceRequest.newInstance(Ask.AGENT.priority(), where, AGENT, 1, relax, label);
  }

  @Test
  void theLabelStandsBesideTheNamedNodeAndNotOnIt() throws Exception {
    new LabelledClient.Labeller(new Manager(), "a100")
        .allocate(
            AllocateRequest.newInstance(
                0,
                0,
                List.of(
                    ask("node-1", true, null),
                    ask("/default-rack", false, null),
                    ask(ResourceRequest.ANY, false, null),
                    ask(ResourceRequest.ANY, true, "other")),
                List.of(),
                null));
    assertNull(asked.get(0).getNodeLabelExpression());
    assertNull(asked.get(1).getNodeLabelExpression());
    assertEquals("a100", asked.get(2).getNodeLabelExpression());
    assertEquals("other", asked.get(3).getNodeLabelExpression(), "a host's own request has it");
  }
}
