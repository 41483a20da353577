/**
 * What one ApplicationMaster leaves for the next: every event that has changed the supervisor's
 * state, in order, so that the same state comes of handling them again.
 */
package dev.heddle.am.journal;
