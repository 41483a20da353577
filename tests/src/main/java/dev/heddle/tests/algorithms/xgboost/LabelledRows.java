package dev.heddle.tests.algorithms.xgboost;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** Rows of numbers with the label first, from the CSV files of a channel. */
public final class LabelledRows {
  private float[] values = new float[1 << 16];
  private float[] labels = new float[1 << 10];
  private int rows;
  private int columns;

  /**
   * @param directory every regular file below it is CSV without a header, the label first
   * @throws IOException naming the file and the line that can't be read as numbers
   */
  public static LabelledRows read(Path directory) throws IOException {
    LabelledRows all = new LabelledRows();
    if (!Files.isDirectory(directory)) {
      return all;
    }
    List<Path> files;
    try (Stream<Path> tree = Files.walk(directory)) {
      files = tree.filter(Files::isRegularFile).sorted().toList();
    }
    for (Path file : files) {
      try (BufferedReader lines = Files.newBufferedReader(file)) {
        all.add(file, lines);
      }
    }
    return all;
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  public float label(int row) {
    return labels[row];
  }

  /**
   * @param width the number of columns to declare when there are no rows
   */
  public DMatrix toMatrix(int width) throws XGBoostError {
    if (rows == 0) {
      return new DMatrix(
          new long[] {0}, new int[0], new float[0], DMatrix.SparseType.CSR, width, Float.NaN, 0);
    }
    DMatrix matrix = new DMatrix(Arrays.copyOf(values, rows * columns), rows, columns, Float.NaN);
    matrix.setLabel(Arrays.copyOf(labels, rows));
    return matrix;
  }

  private void add(Path file, BufferedReader lines) throws IOException {
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (line.isBlank()) {
        continue;
      }
      try {
        add(line.split(",", -1));
      } catch (IllegalArgumentException e) {
        throw new IOException(file + ", line " + number + ": " + e.getMessage(), e);
      }
    }
  }

  private void add(String[] fields) {
    int width = fields.length - 1;
    if (rows == 0) {
      columns = width;
    } else if (width != columns) {
      throw new IllegalArgumentException(
          fields.length + " fields where earlier lines have " + (columns + 1));
    }
    if (rows == labels.length) {
      labels = Arrays.copyOf(labels, 2 * rows);
    }
    if ((rows + 1) * columns > values.length) {
      values = Arrays.copyOf(values, Math.max(2 * values.length, (rows + 1) * columns));
    }
    labels[rows] = Float.parseFloat(fields[0]);
    for (int i = 0; i < columns; i++) {
      values[rows * columns + i] = Float.parseFloat(fields[i + 1]);
    }
    rows++;
  }
}
