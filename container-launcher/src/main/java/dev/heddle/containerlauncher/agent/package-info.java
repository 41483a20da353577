/** Heddle's process beside an algorithm: moves its data, starts it, watches it, reports. */
package dev.heddle.containerlauncher.agent;
