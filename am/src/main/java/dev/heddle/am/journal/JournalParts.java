package dev.heddle.am.journal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** The files that make a job's journal: of each ApplicationMaster one, or several. */
public final class JournalParts {
  private static final Pattern NAME = Pattern.compile("(\\d+)-(\\d+)");

  private JournalParts() {}

  static Path path(Path directory, int master, int part) {
    return new Path(directory, master + "-" + part);
  }

  private record Part(int master, int number, Path path) {}

  /**
   * All entries, in order. A last line that was broken off with its writer is left out: nobody had
   * acted on it.
   *
   * @param directory may not exist: then there is no entry
   * @throws IOException when it can't be read, or holds something else
   */
  public static List<Entry> read(FileSystem files, Path directory) throws IOException {
    FileSystem raw = files instanceof LocalFileSystem local ? local.getRaw() : files;
    if (!raw.exists(directory)) {
      return List.of();
    }
    List<Part> parts =
        Arrays.stream(raw.listStatus(directory))
            .map(FileStatus::getPath)
            .map(JournalParts::part)
            .sorted(Comparator.comparingInt(Part::master).thenComparingInt(Part::number))
            .toList();
    List<Entry> entries = new ArrayList<>();
    for (Part part : parts) {
      read(raw, part.path(), entries);
    }
    return entries;
  }

  private static Part part(Path path) {
    Matcher name = NAME.matcher(path.getName());
    if (!name.matches()) {
      throw new IllegalArgumentException(path + " is no part of a journal");
    }
    return new Part(Integer.parseInt(name.group(1)), Integer.parseInt(name.group(2)), path);
  }

  private static void read(FileSystem files, Path path, List<Entry> entries) throws IOException {
    StringBuilder text = new StringBuilder();
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(files.open(path), StandardCharsets.UTF_8))) {
      char[] some = new char[1 << 16];
      for (int n = in.read(some); n >= 0; n = in.read(some)) {
        text.append(some, 0, n);
      }
    }
    int start = 0;
    for (int end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      entries.add(EntryLine.read(text.substring(start, end)));
      start = end + 1;
    }
  }
}
