"""One of the MPI processes: every iteration is all hosts' or none's."""

import signal
import sys
import time
import traceback
from collections import Counter

sys.dont_write_bytecode = True

import corpus  # noqa: E402
import numpy  # noqa: E402
from contract import BASE, TOLD, Host, Mistake, channel, explain, fail  # noqa: E402
from contract import hyperparameters, replace_file, say  # noqa: E402
from cloze import Cloze  # noqa: E402
from launch import TELL_TO_STOP  # noqa: E402
from mpi4py import MPI  # noqa: E402
from settings import HYPERPARAMETERS  # noqa: E402

ALL = MPI.COMM_WORLD


def added_up(array):
    ALL.Allreduce(MPI.IN_PLACE, array)
    return array


class Training:
    """The leading singular vectors of the words' mutual information, by subspace iteration."""

    def __init__(self):
        self.host = Host()
        self.values = hyperparameters(HYPERPARAMETERS)
        self.stop = False
        signal.signal(TELL_TO_STOP, self.hear)
        self.read()

    def hear(self, *_):
        self.stop = True

    def read(self):
        texts = corpus.texts("train")
        if channel("train", "File").get("S3DistributionType") != "ShardedByS3Key":
            texts = [corpus.part(text, ALL.rank, ALL.size) for text in texts]
        counts = corpus.total(ALL.allgather(Counter(w for text in texts for w in text)))
        self.vocabulary = corpus.Vocabulary(counts, self.values["vocabulary"])
        size = len(self.vocabulary.words)
        if size <= self.values["dimensions"]:
            raise Mistake(
                f"channel 'train' has {size} different words, and {self.values['dimensions']}"
                " dimensions need more: it takes more text, or fewer dimensions"
            )
        window = self.values["window"]
        near = numpy.zeros((size, size))
        for text in texts:
            near += corpus.neighbours(self.vocabulary.encode(text), size, window)
        # All know the whole and keep their part of its rows.
        self.rows = corpus.part(corpus.information(added_up(near)), ALL.rank, ALL.size)
        self.held_out = None
        if channel("validation", "File", optional=True) is not None:
            found = [self.vocabulary.encode(text) for text in corpus.texts("validation")]
            self.held_out = Cloze(found, window, self.values["seed"])
        say(
            f"{self.host.name} is rank {ALL.rank} of {ALL.size}: {sum(map(len, texts))} of"
            f" {sum(counts.values())} words, {size} different ones kept"
        )

    def train(self):
        size, dimensions = len(self.vocabulary.words), self.values["dimensions"]
        random = numpy.random.default_rng(self.values["seed"])
        contexts = numpy.linalg.qr(random.standard_normal((size, dimensions)))[0]
        contexts = contexts.astype(numpy.float32)
        whole = ALL.allreduce(float((self.rows.astype(float) ** 2).sum()))
        for iteration in range(1, self.values["iterations"] + 1):
            began = time.monotonic()
            contexts = numpy.linalg.qr(added_up(self.rows.T @ (self.rows @ contexts)))[0]
            words = numpy.concatenate(ALL.allgather(self.rows @ contexts))
            if ALL.rank == 0:
                explained = float((words.astype(float) ** 2).sum()) / whole
                line = f"iteration={iteration} explained={explained:.4f}"
                if self.held_out:
                    line += f" validation-cloze={self.held_out.right(words, contexts):.4f}"
                say(f"{line} seconds={time.monotonic() - began:.3f}")
            if ALL.allreduce(int(self.stop), MPI.MAX):
                say(f"stopped after iteration {iteration}")
                break
        if ALL.rank == 0:
            self.save(words, contexts)

    def save(self, words, contexts):
        for name, table in (("words.txt", words), ("contexts.txt", contexts)):
            text = [f"{len(table)} {table.shape[1]}"]
            for word, row in zip(self.vocabulary.words, table):
                text.append(" ".join([word, *(f"{value:.6g}" for value in row)]))
            content = "\n".join(text) + "\n"
            replace_file(
                BASE / "model" / name, lambda path, it=content: path.write_text(it, encoding="utf-8")
            )
        say(f"wrote {BASE / 'model/words.txt'}: {len(words)} words")


def main():
    try:
        Training().train()
    except BaseException as e:  # pylint: disable=broad-except
        if not isinstance(e, TOLD):
            traceback.print_exc()
        fail(explain(e))
        # The others wait for this one.
        ALL.Abort(1)


main()
