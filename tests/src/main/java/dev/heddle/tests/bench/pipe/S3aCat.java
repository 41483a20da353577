package dev.heddle.tests.bench.pipe;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.Arrays;
import java.util.Comparator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.functional.FutureIO;

/**
 * {@code S3aCat URI [NAME=VALUE...]}: what {@code hadoop fs -cat URI/*} does, with Hadoop's S3A
 * connector and the given configuration, but with buffers of 1 MiB: files of a directory, in the
 * order of their names, to standard output.
 */
public final class S3aCat {
  private static final int BUFFER = 1 << 20;

  private S3aCat() {}

  public static void main(String[] args) throws IOException {
    Configuration configuration = new Configuration();
    for (String setting : Arrays.asList(args).subList(1, args.length)) {
      int equals = setting.indexOf('=');
      configuration.set(setting.substring(0, equals), setting.substring(equals + 1));
    }
    URI uri = URI.create(args[0]);
    byte[] buffer = new byte[BUFFER];
    try (FileSystem files = FileSystem.newInstance(uri, configuration);
        OutputStream out = new FileOutputStream(FileDescriptor.out)) {
      FileStatus[] all = files.listStatus(new Path(uri));
      Arrays.sort(all, Comparator.comparing(FileStatus::getPath));
      for (FileStatus file : all) {
        try (InputStream in = open(files, file)) {
          int n;
          while ((n = in.read(buffer)) > 0) {
            out.write(buffer, 0, n);
          }
        }
      }
    }
  }

  /** Its size is known, so that S3A needn't ask for it, and that it is read to its end. */
  private static InputStream open(FileSystem files, FileStatus file) throws IOException {
    return FutureIO.awaitFuture(
        files
            .openFile(file.getPath())
            .withFileStatus(file)
            .opt("fs.option.openfile.read.policy", "whole-file")
            .build());
  }
}
