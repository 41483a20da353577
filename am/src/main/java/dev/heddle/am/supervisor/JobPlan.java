package dev.heddle.am.supervisor;

import dev.heddle.pipemode.ObjectUri;
import java.time.Duration;

/**
 * What the supervisor must know of a job to run it.
 *
 * @param jobName for messages
 * @param logs where a person finds what a host printed, for messages; {@code %s} stands for the
 *     host
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
 * @param checkpoints whether the job keeps any
 * @param policy what follows when a host is lost
 * @param settle how long an algorithm's failure may be explained by what is heard of another host
 * @param restartGrace between TERM and KILL of the other hosts' algorithms, before all start again
 * @param flushPatience the longest that a host takes to bring its last checkpoints to S3
 * @param platformAttempts how many relaunches follow faults of the platform, 0 or more
 * @param algorithmAttempts how many follow the algorithm's own failures, 0 or more
 * @param output {@code S3OutputPath/JOB/output}
 * @param compressModel whether the model becomes {@code model.tar.gz} or a folder
 * @param partSize bytes of an archive's part, 5 MiB or more
 */
public record JobPlan(
    String jobName,
    String logs,
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
    boolean checkpoints,
    FaultPolicy policy,
    Duration settle,
    Duration restartGrace,
    Duration flushPatience,
    int platformAttempts,
    int algorithmAttempts,
    ObjectUri output,
    boolean compressModel,
    int partSize) {}
