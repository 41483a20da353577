"""Words of held-out text that are left out, to be found by the words around them."""

import numpy


class Cloze:
    """texts: words by their numbers. The same words are drawn each time."""

    def __init__(self, texts, window, seed):
        self.texts = [text for text in texts if len(text) > 2 * window]
        self.window = window
        self.seed = seed

    def __bool__(self):
        return bool(self.texts)

    def right(self, words, contexts):
        """The share of places which their word fits better than another place's word does.

        Words are drawn as often as they stand in the text: to know how frequent each is doesn't
        help, and whoever knows nothing else is right in half of the places.
        """
        random = numpy.random.default_rng(self.seed)
        right = places = 0
        for text in self.texts:
            around = self.around(contexts[text])
            drawn = random.permutation(text)
            margin = (around * (words[text] - words[drawn])).sum(1)
            right += int((margin > 0).sum())
            places += int((drawn != text).sum())
        return right / max(1, places)

    def around(self, vectors):
        """The sum of the neighbours' vectors, the nearer the heavier, as they were counted."""
        sums = numpy.zeros_like(vectors)
        for distance in range(1, self.window + 1):
            weight = self.window + 1 - distance
            sums[:-distance] += weight * vectors[distance:]
            sums[distance:] += weight * vectors[:-distance]
        return sums
