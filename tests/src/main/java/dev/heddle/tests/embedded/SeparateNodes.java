package dev.heddle.tests.embedded;

import java.lang.reflect.Field;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.service.AbstractService;
import org.apache.hadoop.service.Service;
import org.apache.hadoop.yarn.server.MiniYARNCluster;
import org.apache.hadoop.yarn.server.nodemanager.containermanager.linux.resources.ResourceHandlerModule;

/**
 * A cluster whose NodeManagers give out GPUs each on its own. In one JVM they would all use the
 * first one's: YARN keeps what hands out resources in a static field.
 */
final class SeparateNodes extends MiniYARNCluster {
  SeparateNodes(String name, int nodes) {
    super(name, nodes, 1, 1);
  }

  @Override
  protected void addService(Service service) {
    // Initialized in this order: before each NodeManager, and before nothing else that cares.
    super.addService(new Forget());
    super.addService(service);
  }

  private static final class Forget extends AbstractService {
    Forget() {
      super("forget the resource handlers");
    }

    @Override
    protected void serviceInit(Configuration conf) throws Exception {
      Field handlers = ResourceHandlerModule.class.getDeclaredField("resourceHandlerChain");
      handlers.setAccessible(true);
      handlers.set(null, null);
      super.serviceInit(conf);
    }
  }
}
