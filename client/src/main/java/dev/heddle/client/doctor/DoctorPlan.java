package dev.heddle.client.doctor;

import java.time.Duration;
import java.util.Optional;

/**
 * What the user wants looked at.
 *
 * @param output where the probe may write in S3, {@code s3://bucket/prefix}; empty: no probe runs
 * @param image the Docker image that the probe runs in; empty: the probe is a process
 * @param hosts on how many nodes the probe runs at once, 1 or more
 * @param gpus how many GPUs each of the probe's hosts asks for, 0 or more
 * @param patience how long the probe may take, its wait for room included
 * @param role the probe's RoleArn, which counts where {@code heddle.s3.assume-role} is set
 */
public record DoctorPlan(
    Optional<String> output,
    Optional<String> image,
    int hosts,
    int gpus,
    Duration patience,
    Optional<String> role) {}
