/**
 * {@code tests/chaos}: jobs of the sample {@code steps} to which one or two faults happen at random
 * moments, all out of one seed, and what must hold of each afterwards.
 */
package dev.heddle.tests.chaos;
