package dev.heddle.client.doctor;

import dev.heddle.pipemode.ObjectInfo;
import dev.heddle.pipemode.ObjectStore;
import dev.heddle.pipemode.ObjectUri;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Reads the probe's model: one text file a host. */
final class ReportArchive {
  private static final int MOST_BYTES = 1 << 16;

  private ReportArchive() {}

  /** The reports by their hosts' names. */
  static Map<String, ContainerReport> read(ObjectStore store, ObjectUri archive)
      throws IOException {
    ObjectInfo info =
        store.head(archive).orElseThrow(() -> new FileNotFoundException("there is no " + archive));
    Map<String, ContainerReport> reports = new TreeMap<>();
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new GZIPInputStream(store.open(info, 0, info.size())))) {
      for (TarArchiveEntry each = tar.getNextEntry(); each != null; each = tar.getNextEntry()) {
        String name = each.getName().substring(each.getName().lastIndexOf('/') + 1);
        if (each.isFile() && name.endsWith(".txt")) {
          String text = new String(tar.readNBytes(MOST_BYTES), StandardCharsets.UTF_8);
          reports.put(
              name.substring(0, name.length() - ".txt".length()), new ContainerReport(text));
        }
      }
    }
    return reports;
  }
}
