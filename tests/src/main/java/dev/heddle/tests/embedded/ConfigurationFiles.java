package dev.heddle.tests.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeysPublic;
import org.apache.hadoop.yarn.conf.YarnConfiguration;

/** Writes a configuration directory that another process uses as its {@code HADOOP_CONF_DIR}. */
final class ConfigurationFiles {
  private ConfigurationFiles() {}

  /** For clients: with the S3 server's keys, as S3A (and so Spark) reads them. */
  static void writeForClients(ClusterDirectory directory, Configuration yarn, EmbeddedS3 s3)
      throws IOException {
    Path conf = directory.clientConfiguration();
    Configuration core = core(directory);
    core.set("fs.s3a.endpoint", s3.endpoint().toString());
    core.set("fs.s3a.endpoint.region", s3.region());
    core.setBoolean("fs.s3a.path.style.access", true);
    core.setBoolean("fs.s3a.connection.ssl.enabled", false);
    core.set("fs.s3a.access.key", s3.accessKeyId());
    core.set("fs.s3a.secret.key", s3.secretAccessKey());
    write(core, conf.resolve("core-site.xml"));
    write(yarn, conf.resolve("yarn-site.xml"));
    writeResourceTypes(yarn, conf);
    write(heddle(directory, s3), conf.resolve("heddle-site.xml"));
  }

  /** For containers: where everything is, and no key. */
  static void writeForContainers(ClusterDirectory directory, Configuration yarn)
      throws IOException {
    Path conf = directory.nodeConfiguration();
    write(core(directory), conf.resolve("core-site.xml"));
    write(yarn, conf.resolve("yarn-site.xml"));
    writeResourceTypes(yarn, conf);
  }

  /** YARN reads the kinds of resources from this file alone. */
  private static void writeResourceTypes(Configuration yarn, Path directory) throws IOException {
    String types = yarn.get(YarnConfiguration.RESOURCE_TYPES);
    if (types != null) {
      Configuration file = new Configuration(false);
      file.set(YarnConfiguration.RESOURCE_TYPES, types);
      write(file, directory.resolve("resource-types.xml"));
    }
  }

  private static Configuration core(ClusterDirectory directory) {
    Configuration core = new Configuration(false);
    core.set(CommonConfigurationKeysPublic.FS_DEFAULT_NAME_KEY, "file:///");
    core.set("hadoop.tmp.dir", directory.temporary().toString());
    return core;
  }

  private static Configuration heddle(ClusterDirectory directory, EmbeddedS3 s3) {
    Configuration heddle = new Configuration(false);
    heddle.set("heddle.staging-dir", "file://" + directory.staging());
    heddle.set("heddle.public-dir", "file://" + directory.publicResources());
    heddle.set("heddle.s3.endpoint", s3.endpoint().toString());
    heddle.set("heddle.s3.region", s3.region());
    heddle.set("heddle.s3.path-style", "true");
    // The node is the user's own machine, and its disk may be rather full.
    heddle.set("heddle.disk.reserve-percent", "1");
    return heddle;
  }

  private static void write(Configuration configuration, Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      configuration.writeXml(out);
    }
  }
}
