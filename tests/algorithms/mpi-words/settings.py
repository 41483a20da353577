"""The hyperparameters, which the launcher and the MPI processes read."""

from contract import whole

HYPERPARAMETERS = {
    "iterations": whole(6, 1, 1_000),
    "dimensions": whole(64, 2, 1_000),
    "window": whole(2, 1, 100),
    "vocabulary": whole(2000, 2, 100_000),
    "seed": whole(0, 0, 2**31 - 1),
    "port": whole(29095, 1, 65_535),
    "meeting_seconds": whole(120, 1, 3_600),
}
