"""Least squares by gradient descent, in whole numbers: no sum depends on who adds what, and when."""

from operator import mul

from contract import BASE, Mistake, say
from job import ATTEMPT, canonical

FEATURES, CLASSES, GREYS = 64, 10, 16
# A weight of SCALE is 1, and so is a score of ONE.
SCALE = 1 << 24
ONE = GREYS * SCALE
RATE = 16 * GREYS * GREYS
MOMENTUM_TENTHS = 9


def parse(content, place):
    rows = []
    for number, line in enumerate(content.splitlines(), 1):
        try:
            label, *greys = [int(field) for field in line.split(b",")]
        except ValueError:
            label, greys = -1, []
        if (
            len(greys) != FEATURES
            or label not in range(CLASSES)
            or min(greys) < 0
            or max(greys) > GREYS
        ):
            raise Mistake(
                f"{place}, line {number}: want a label below {CLASSES}"
                f" and {FEATURES} greys from 0 to {GREYS}"
            )
        rows.append((label, greys))
    return rows


class Sums:
    """All that a step needs to know of the rows."""

    def __init__(self, rows):
        self.rows = len(rows)
        columns = [[greys[i] for _, greys in rows] for i in range(FEATURES)]
        columns.append([GREYS] * len(rows))
        self.gram = [[0] * len(columns) for _ in columns]
        for i, one in enumerate(columns):
            for j, other in enumerate(columns[: i + 1]):
                self.gram[i][j] = self.gram[j][i] = sum(map(mul, one, other))
        self.labelled = []
        for wanted in range(CLASSES):
            chosen = [int(label == wanted) for label, _ in rows]
            self.labelled.append([sum(map(mul, chosen, column)) for column in columns])

    def gradient(self, weights):
        """The sum of the squared errors, and half its gradient."""
        gradient = []
        loss = ONE * ONE * self.rows
        for its, labelled in zip(weights, self.labelled):
            slopes = [sum(map(mul, row, its)) - ONE * b for row, b in zip(self.gram, labelled)]
            loss += sum(map(mul, its, slopes)) - ONE * sum(map(mul, its, labelled))
            gradient.append(slopes)
        return loss, gradient


def beginning():
    nothing = [[0] * (FEATURES + 1) for _ in range(CLASSES)]
    return {"step": 0, "weights": nothing, "velocity": nothing}


def advance(state, gradient, rows, momentum_tenths):
    """The next state, in one piece: whoever is interrupted has the one or the other."""
    velocity = [
        [was * momentum_tenths // 10 - slope // (RATE * rows) for was, slope in zip(*both)]
        for both in zip(state["velocity"], gradient)
    ]
    weights = [
        [weight + change for weight, change in zip(*both)]
        for both in zip(state["weights"], velocity)
    ]
    return {"step": state["step"] + 1, "weights": weights, "velocity": velocity}


def step_line(step, loss, rows):
    return f"step={step} loss={loss / (ONE * ONE * rows):.6f} attempt={ATTEMPT}"


def write_model(state):
    model = {
        "classes": CLASSES,
        "features": FEATURES,
        "greys": GREYS,
        "scale": SCALE,
        "steps": state["step"],
        "weights": state["weights"],
    }
    file = BASE / "model/model.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(canonical(model))
    say(f"wrote {file}, {file.stat().st_size} bytes, {state['step']} steps")
