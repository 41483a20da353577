package dev.heddle.am.supervisor;

import dev.heddle.pipemode.ObjectUri;
import java.time.Duration;

/**
 * What the supervisor must know of a job to run it.
 *
 * @param jobName for messages
 * @param hosts how many, 1 or more
 * @param hostDescription what one host is, for messages: {@code ml.m5.large (8192 MiB, 2 vcores)}
 * @param spread at most one host of the job on a node
 * @param gangTimeout how long a partial allocation is held
 * @param backoffMin the shortest wait before asking again
 * @param backoffMax the longest
 * @param maxRuntime over all attempts
 * @param stopGrace between TERM and KILL
 * @param suspectAfter silence after which an agent is suspect
 * @param lease silence after which an agent has stopped everything by itself
 * @param uploadTimeout the longest that the artifacts' upload may take
 * @param output {@code S3OutputPath/JOB/output}
 * @param compressModel whether the model becomes {@code model.tar.gz} or a folder
 * @param partSize bytes of an archive's part, 5 MiB or more
 */
public record JobPlan(
    String jobName,
    int hosts,
    String hostDescription,
    boolean spread,
    Duration gangTimeout,
    Duration backoffMin,
    Duration backoffMax,
    Duration maxRuntime,
    Duration stopGrace,
    Duration suspectAfter,
    Duration lease,
    Duration uploadTimeout,
    ObjectUri output,
    boolean compressModel,
    int partSize) {}
