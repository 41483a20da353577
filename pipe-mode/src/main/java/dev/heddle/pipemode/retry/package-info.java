/** Trying again: when, how often, and what kind of failure it was; whatever is called. */
package dev.heddle.pipemode.retry;
