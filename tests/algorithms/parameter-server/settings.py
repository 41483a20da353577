"""The hyperparameters."""

from contract import Mistake, hyperparameters, real, whole

HYPERPARAMETERS = {
    "steps": whole(3000, 1, 10_000_000),
    "batch_size": whole(32, 1, 1_000_000),
    "learning_rate": real(0.05, 0, 100),
    "hidden": whole(64, 1, 10_000),
    "num_class": whole(10, 2, 1_000),
    "value_scale": real(16, 1e-6, 1e6),
    "servers": whole(1, 1, 1_000),
    "checkpoint_steps": whole(200, 1, 10_000_000),
    "step_millis": whole(0, 0, 600_000),
    "seed": whole(0, 0, 2**31 - 1),
    "port": whole(29097, 1, 65_535),
    "meeting_seconds": whole(120, 1, 3_600),
    "replace_seconds": whole(900, 1, 86_400),
}


def settings(host):
    values = hyperparameters(HYPERPARAMETERS)
    if values["servers"] > host.count:
        raise Mistake(
            f"hyperparameter servers = '{values['servers']}', and the job has {host.count} hosts,"
            " of which each has one server at most: raise InstanceCount, or give servers a number"
            f" from 1 to {host.count}"
        )
    return values
