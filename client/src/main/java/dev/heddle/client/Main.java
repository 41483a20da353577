package dev.heddle.client;

/** The {@code heddle} command. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    System.exit(2);
  }
}
