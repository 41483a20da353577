/** The ways to start an algorithm on a node. */
package dev.heddle.containerlauncher.runtime;
