package dev.heddle.containerlauncher.job;

import java.util.Arrays;
import java.util.regex.Pattern;

/** The forms that texts of a request have, after the patterns of the SageMaker API's model. */
enum Format {
  JOB_NAME(
      "job-name",
      "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
      "letters and digits, with hyphens between them, such as fraud-17"),
  /** ExperimentEntityName. */
  ENTITY_NAME(
      "entity-name",
      "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,119}",
      "letters and digits, with hyphens between them"),
  ROLE_ARN(
      "role-arn",
      "arn:aws[a-z\\-]*:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+",
      "a role's ARN; where there is no role write \"arn:aws:iam::000000000000:role/heddle\""),
  /** Narrower than the API's S3Uri, which takes https too. */
  S3_URI("s3-uri", "s3://[^/\\s]+(/.*)?", "an address such as s3://bucket/folder/"),
  /** What heddle local takes in the place of {@link #S3_URI}. */
  FILE_URI("file-uri", "file:///[^/].*", "an address such as file:///home/me/output"),
  /** Wider than the API's S3Uri: a file system that Hadoop knows will do as well. */
  DATA_URI(
      "data-uri",
      "s3://[^/\\s]+(/.*)?|(?!s3:|https?:)[a-z][a-z0-9+.-]*://([^/\\s]+(/.*)?|/.*)",
      "an address such as s3://bucket/folder/ or hdfs://namenode/folder/"),
  CHANNEL_NAME("channel-name", "[A-Za-z0-9.\\-_]+", "letters, digits, '.', '-' and '_'"),
  ENV_NAME(
      "env-name",
      "[a-zA-Z_][a-zA-Z0-9_]*",
      "letters, digits and '_', and must not begin with a digit"),
  TAG_TEXT(
      "tag-text",
      "([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)",
      "letters, digits, spaces and the characters _ . : / = + - @"),
  KMS_KEY("kms-key", "[a-zA-Z0-9:/_-]*", "the id, the alias or the ARN of a KMS key"),
  VPC_ID("vpc-id", "[-0-9a-zA-Z]+", "letters, digits and hyphens"),
  INSTANCE_TYPE(
      "instance-type", "[A-Za-z0-9][A-Za-z0-9._-]*", "an instance type such as ml.m5.large"),
  /** The API's {@code .*}, which no line break matches. */
  LINE("line", ".*", "one line: take the line breaks out");

  private final String word;
  private final Pattern pattern;
  private final String words;

  Format(String word, String regex, String words) {
    this.word = word;
    this.pattern = Pattern.compile(regex);
    this.words = words;
  }

  /**
   * @throws IllegalArgumentException when there is no such format
   */
  static Format of(String word) {
    return Arrays.stream(values())
        .filter(format -> format.word.equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no such format: " + word));
  }

  boolean matches(String text) {
    return pattern.matcher(text).matches();
  }

  /** What follows "must be". */
  String words() {
    return words;
  }
}
