package dev.heddle.containerlauncher.protocol;

/**
 * What has flowed so far on one host.
 *
 * @param bytesIn channel bytes that have arrived
 * @param bytesInTotal channel bytes that will arrive; 0 while unknown
 * @param bytesOut model and output bytes uploaded
 */
public record Progress(long bytesIn, long bytesInTotal, long bytesOut) {
  public static final Progress NONE = new Progress(0, 0, 0);
}
