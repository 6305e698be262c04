"""Golden TF-IDF matrices and decompositions, for Tests/TextFeaturesTests and Tests/MatricesTests.

Run: python features_generate.py [PATH TO THE REFERENCE CATALOGUE]
Needs scikit-learn 1.9.1 and, with the catalogue, pandas 3.1.1 and a processor with AVX-512 (see
tieorder_generate.py). Without the catalogue its golden file is left as it is; that file holds hashes
and sums only.
"""
import csv
import json
import pathlib
import string
import sys
import unicodedata

import numpy as np
import sklearn
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

ROOT = pathlib.Path(__file__).resolve().parents[3]

STOP_WORDS = (
    "i me my myself we our ours ourselves you you're you've you'll you'd your yours yourself yourselves "
    "he him his himself she she's her hers herself it it's its itself they them their theirs themselves "
    "what which who whom this that that'll these those am is are was were be been being have has had having "
    "do does did doing a an the and but if or because as until while of at by for with about against between "
    "into through during before after above below to from up down in out on off over under again further "
    "then once here there when where why how all any both each few more most other some such no nor not only "
    "own same so than too very s t can will just don don't should should've now d ll m o re ve y ain aren "
    "aren't couldn couldn't didn didn't doesn doesn't hadn hadn't hasn hasn't haven haven't isn isn't ma "
    "mightn mightn't mustn mustn't needn needn't shan shan't shouldn shouldn't wasn wasn't weren weren't won "
    "won't wouldn wouldn't"
).split()
assert len(STOP_WORDS) == 179

STRANGE = [
    "",
    "   \t ",
    "a b c I",
    "İstanbul'da ISPARTA ığdır İ Iı",
    "ΟΔΥΣΣΕΥΣ ΣΑΣ ΑΣ. Σ ΑΣ'Α ΑΣ\u0301 Α\u0301Σ Σ\u0301 ΑΣΑ ᾼΣ",
    "naïve café cafe\u0301 cafe\u0301s \u0301accent e\u0301\u0302",
    "snake_case __init__ _ __ a_ _b trailing_",
    "it’s don't O’Neill we’re we're they'll I've rock'n'roll o'clock 'quoted' l’amour d'être 're 've",
    "Ⅷ ½ ²³ x² 一二三 十 ⅷa ①② 12 3 4.5 1,000",
    "日本語 テキスト 中文 字",
    "สวัสดี ภาษาไทย हिन्दी العربيّة עִבְרִית",
    "a\u00a0bb\u2003cd\u3000ef\u202fgh\u0085ij\u2028kl",
    "ß STRASSE ẞ straße ǅungla Ǆ ŉ ﬁne ﬃ",
    "👍🏽 emoji 🇩🇪 flags👨‍👩‍👧family",
    "\x1cctrl\x1dsplit\x1e here\x1f nul ab\x00cd \x01\x02 del\x7fete \x0bvertical\x0cfeed",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝟙𝟚 𐐀𐐁 Deseret \u2126 \u212aelvin \u212bngstrom",
    "seven77 eight888 nine99999 fifteen15151515 sixteen161616161 seventeen17171717 " + "x" * 300,
    "Same prefix: internal internally internalize internalized INTERNALIZE",
    "The the THE tHe they them don doesn doesn't DON'T won't",
    "hyphen-ated soft\u00adhyphen zero\u200bwidth join\u200der non\u2011breaking",
    "the\u00a0and \u2014the\u2014 the\u2014and and, (the) the.",
]


def train_texts():
    with open(ROOT / "Dataset" / "train.csv", encoding="utf-8", newline="") as file:
        return [row["description"] for row in csv.DictReader(file)]


def is_combining(character):
    return unicodedata.category(character).startswith("M")


def words(text):
    """The `words` token rule, written from its description."""
    tokens, current = [], ""
    text = text.lower().replace("\u2019", "'")
    after_apostrophe = False
    for position, character in enumerate(text + " "):
        if character.isalnum() or (current and is_combining(character)):
            if not current:
                after_apostrophe = (
                    position >= 2
                    and text[position - 1] == "'"
                    and (text[position - 2].isalnum() or is_combining(text[position - 2]))
                )
            current += character
            continue
        if len(current) >= 2 and not (after_apostrophe and current in ("re", "ve", "ll")):
            tokens.append(current)
        current = ""
    return tokens


def delete_punctuation(text):
    text = text.lower().translate(str.maketrans("", "", string.punctuation))
    return " ".join(word for word in text.split() if word not in set(STOP_WORDS))


def ngrams(tokens, shortest, longest):
    return [
        " ".join(tokens[start : start + length])
        for length in range(shortest, longest + 1)
        for start in range(len(tokens) - length + 1)
    ]


def limit_without_tie(texts, wanted):
    """The nearest limit at which no count is shared between kept and dropped terms."""
    counts = np.sort(np.asarray(CountVectorizer().fit_transform(texts).sum(axis=0)).ravel())[::-1]
    return next(limit for limit in range(wanted, 1, -1) if counts[limit - 1] > counts[limit])


def case(name, options, texts, **settings):
    vectorizer = TfidfVectorizer(dtype=np.float64, **settings)
    matrix = vectorizer.fit_transform(texts)
    matrix.sort_indices()
    return {
        "name": name,
        "options": options,
        "terms": vectorizer.get_feature_names_out().tolist(),
        "inverseDocumentFrequencies": [round(float(x), 12) for x in vectorizer.idf_],
        "rowOffsets": matrix.indptr.tolist(),
        "columns": matrix.indices.tolist(),
        "values": [round(float(x), 9) for x in matrix.data],
    }


def small_cases():
    texts = train_texts()[:40] + STRANGE
    limit = limit_without_tie(texts, 60)
    none = {"stopWords": "none", "tokenRule": "sklearn"}
    english = {"stopWords": "english", "tokenRule": "sklearn"}
    word_stops = set(STOP_WORDS)
    cases = [
        case("sklearn tokens", none, texts),
        case("English stop words", english, texts, stop_words=STOP_WORDS),
        case(
            "one and two words",
            english | {"longestNGram": 2, "minimumCount": 2},
            texts, stop_words=STOP_WORDS, ngram_range=(1, 2), min_df=2,
        ),
        case(
            "two and three words",
            none | {"shortestNGram": 2, "longestNGram": 3, "minimumCount": 2},
            texts, ngram_range=(2, 3), min_df=2,
        ),
        case(
            "document frequency between bounds",
            none | {"minimumCount": 2, "maximumFraction": 0.3},
            texts, min_df=2, max_df=0.3,
        ),
        case(
            "document frequency as shares",
            none | {"minimumFraction": 0.05, "maximumCount": 12},
            texts, min_df=0.05, max_df=12,
        ),
        case("sublinear", none | {"sublinear": True, "minimumCount": 2}, texts, sublinear_tf=True, min_df=2),
        case("limited", none | {"featureLimit": limit}, texts, max_features=limit),
        case(
            "punctuation deleted", {"stopWords": "english", "tokenRule": "delete-punctuation"},
            [delete_punctuation(text) for text in texts],
        ),
        case(
            "words", {"stopWords": "english", "tokenRule": "words"},
            texts, analyzer=lambda text: [w for w in words(text) if w not in word_stops],
        ),
        case(
            "pairs of words", {"stopWords": "none", "tokenRule": "words", "longestNGram": 2, "minimumCount": 2},
            texts, analyzer=lambda text: ngrams(words(text), 1, 2), min_df=2,
        ),
    ]
    return {"scikit-learn": sklearn.__version__, "texts": texts, "cases": cases}


def fnv(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def notebook_case(path):
    import pandas as pd

    table = pd.read_csv(path)
    table = table[table.date_added.notna() & table.rating.notna()]
    vectorizer = TfidfVectorizer(max_features=5000)
    matrix = vectorizer.fit_transform([delete_punctuation(text) for text in table.description])
    matrix.sort_indices()
    rows = []
    for row in range(0, matrix.shape[0], 37):
        part = slice(matrix.indptr[row], matrix.indptr[row + 1])
        values, columns = matrix.data[part], matrix.indices[part]
        rows.append([row, len(values), float(values.sum()), float((values * (columns + 1)).sum())])
    return {
        "scikit-learn": sklearn.__version__, "pandas": pd.__version__,
        "rows": matrix.shape[0], "columns": matrix.shape[1], "stored": int(matrix.nnz),
        "sum": float(matrix.data.sum()), "emptyRows": int((np.diff(matrix.indptr) == 0).sum()),
        "termsHash": fnv("\n".join(vectorizer.get_feature_names_out()).encode()),
        "offsetsHash": fnv(matrix.indptr.astype("<i4").tobytes()),
        "columnsHash": fnv(matrix.indices.astype("<i4").tobytes()),
        "inverseDocumentFrequencySum": float(vectorizer.idf_.sum()),
        "rowSums": rows,
    }


def rounded(numbers):
    return [round(float(number), 9) for number in numbers]


def decompositions():
    generator = np.random.default_rng(11)
    small = []
    for rows, columns in [(60, 40), (35, 90)]:
        matrix = generator.integers(-9, 10, size=(rows, columns)) / 8.0
        matrix[generator.random((rows, columns)) < 0.6] = 0
        matrix[7] = 0
        _, values, vectors = np.linalg.svd(matrix)
        vectors = vectors[: len(values)]
        vectors *= np.sign(vectors[np.arange(len(values)), np.abs(vectors).argmax(axis=1)])[:, None]
        coordinates = matrix @ vectors.T
        small.append({
            "rows": rows, "columns": columns, "elements": matrix.ravel().tolist(),
            "singularValues": rounded(values), "firstVectors": [rounded(vector) for vector in vectors[:3]],
            "variances": rounded(coordinates.var(axis=0)),
            "ratios": rounded(coordinates.var(axis=0) / matrix.var(axis=0).sum()),
        })
    texts = train_texts()
    weights = TfidfVectorizer(stop_words=STOP_WORDS).fit_transform(texts)
    values = np.linalg.svd(weights.toarray(), compute_uv=False)

    def explained(count):
        found = TruncatedSVD(count, n_iter=5, random_state=0).fit(weights)
        return found.explained_variance_.sum()

    found = [
        {
            "components": count,
            "variance": round(float(explained(count)), 9),
            "best": round(float((values[:count] ** 2).sum() / len(texts)), 9),
        }
        for count in (20, 100)
    ]
    return {"numpy": np.__version__, "scikit-learn": sklearn.__version__, "small": small, "texts": found}


def write(name, data):
    text = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    pathlib.Path(name).write_text(text + "\n", encoding="ascii")
    print(name, len(text))


write("features_tfidf.json", small_cases())
write("features_svd.json", decompositions())
if len(sys.argv) > 1:
    write("features_notebook.json", notebook_case(sys.argv[1]))
