package dev.heddle.client.job;

import dev.heddle.client.cluster.Cluster.Application;
import java.util.Optional;

/**
 * A job as far as it can be told at one moment.
 *
 * @param application what the ResourceManager says; empty when it wasn't asked or doesn't know
 * @param live whether the running ApplicationMaster itself gave the record
 * @param note why the record may be old or the job doesn't move; for people
 */
public record JobState(
    JobRecord record, Optional<Application> application, boolean live, Optional<String> note) {}
