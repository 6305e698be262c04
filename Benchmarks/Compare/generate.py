"""A seeded corpus of short texts: Zipf words, topics, near-duplicates, as a TF-IDF matrix.

Chunks of rows depend on (seed, chunk) alone, so a larger set starts with the counts of a smaller.
"""

import numpy as np
import scipy.sparse as sp

CHUNK_ROWS = 10_000
VOCABULARY = 50_000
TOPICS = 100
BACKGROUND_SHARE = 0.5
DOMINANT_SHARE = 0.7
MEAN_LENGTH, P95_LENGTH = 12.0, 24.0
DUPLICATE_SHARE, EMPTY_SHARE = 0.02, 0.001


def zipf_mandelbrot(count):
    """Probabilities of ranks 0..count-1, proportional to (rank + 3.7) ** -1.05."""
    weights = (np.arange(count) + 1 + 2.7) ** -1.05
    return weights / weights.sum()


def length_law():
    """The (mu, sigma) of the log-normal law with the wanted mean and 95th percentile."""
    # log(p95 / mean) = 1.645 sigma - sigma^2 / 2; the smaller root is the wanted one.
    sigma = 1.645 - np.sqrt(1.645**2 - 2 * np.log(P95_LENGTH / MEAN_LENGTH))
    return np.log(MEAN_LENGTH) - sigma**2 / 2, sigma


class Corpus:
    """The laws that words and topics follow; the same for every chunk."""

    def __init__(self, seed):
        self.seed = seed
        random = np.random.default_rng([seed, 0])
        self.columns = random.permutation(VOCABULARY)
        self.background = np.cumsum(zipf_mandelbrot(VOCABULARY))
        sizes = (VOCABULARY * random.uniform(0.02, 0.05, TOPICS)).astype(int)
        self.words = [random.choice(VOCABULARY, size, replace=False) for size in sizes]
        self.first_word = np.concatenate([[0], np.cumsum(sizes)])
        # Topic t occupies [t, t + 1), so one search finds a word of any topic.
        laws = [topic + np.cumsum(zipf_mandelbrot(size)) for topic, size in enumerate(sizes)]
        self.topic_law = np.concatenate(laws)
        self.all_words = np.concatenate(self.words)
        popularity = (np.arange(TOPICS) + 1.0) ** -0.8
        self.popularity = popularity / popularity.sum()
        self.length_law = length_law()

    def chunk(self, index, rows):
        """Word counts of the rows of one chunk, as CSR."""
        random = np.random.default_rng([self.seed, 1, index])
        mu, sigma = self.length_law
        lengths = np.maximum(1, np.rint(random.lognormal(mu, sigma, CHUNK_ROWS)).astype(int))
        lengths[random.random(CHUNK_ROWS) < EMPTY_SHARE] = 0
        dominant = random.choice(TOPICS, CHUNK_ROWS, p=self.popularity)
        rest = np.cumsum(random.dirichlet(np.full(TOPICS, 0.1), CHUNK_ROWS), axis=1)

        owner = np.repeat(np.arange(CHUNK_ROWS), lengths)
        count = owner.size
        # One row's mixture occupies [row, row + 1) in the flat law of the chunk.
        flat = (np.arange(CHUNK_ROWS)[:, None] + np.minimum(rest, 1)).ravel()
        minor = np.searchsorted(flat, owner + random.random(count)) - owner * TOPICS
        is_dominant = random.random(count) < DOMINANT_SHARE
        topic = np.where(is_dominant, dominant[owner], np.clip(minor, 0, TOPICS - 1))
        place = np.searchsorted(self.topic_law, topic + random.random(count))
        place = np.clip(place, self.first_word[topic], self.first_word[topic + 1] - 1)
        common = np.searchsorted(self.background, random.random(count))
        is_common = random.random(count) < BACKGROUND_SHARE
        word = np.where(is_common, np.minimum(common, VOCABULARY - 1), self.all_words[place])
        counts = sp.csr_matrix(
            (np.ones(count, np.float32), (owner, self.columns[word])), (CHUNK_ROWS, VOCABULARY)
        )
        counts.sum_duplicates()

        # A near-duplicate is an earlier row of the chunk with one word more.
        copies = np.flatnonzero(random.random(CHUNK_ROWS) < DUPLICATE_SHARE)
        copies = copies[copies > 0]
        source = np.arange(CHUNK_ROWS)
        source[copies] = random.integers(0, copies)
        added = sp.csr_matrix(
            (
                np.ones(copies.size, np.float32),
                (copies, random.integers(0, VOCABULARY, copies.size)),
            ),
            counts.shape,
        )
        return (counts[source] + added)[:rows]


def tfidf(counts):
    """Sublinear TF, smooth IDF, unit rows; terms of fewer than two rows are dropped."""
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    kept = np.flatnonzero(frequency >= 2)
    matrix = counts[:, kept].tocsr().astype(np.float64)
    matrix.data = 1 + np.log(matrix.data)
    inverse = np.log((1 + matrix.shape[0]) / (1 + frequency[kept])) + 1
    matrix.data *= inverse[matrix.indices]
    norms = np.sqrt(np.add.reduceat(np.append(matrix.data**2, 0), matrix.indptr[:-1]))
    norms[np.diff(matrix.indptr) == 0] = 1
    matrix.data /= np.repeat(norms, np.diff(matrix.indptr))
    matrix = matrix.astype(np.float32)
    matrix.sort_indices()
    return matrix


def generated(rows, seed=0):
    """The TF-IDF matrix of a generated corpus: `rows` x terms, float32."""
    corpus = Corpus(seed)
    starts = range(0, rows, CHUNK_ROWS)
    parts = [
        corpus.chunk(start // CHUNK_ROWS, min(CHUNK_ROWS, rows - start)) for start in starts
    ]
    return tfidf(sp.vstack(parts, format="csr"))
