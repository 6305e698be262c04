"""The collections and the settings that are compared.

Standard library only. A setting names every option that could be a default, so that it means the same
in every build; the setting `default` names none.
"""

from dataclasses import dataclass

FILM_COLUMNS = {
    "text": "description",
    "title": "description,title",
    "people": "description,title,director,cast,country",
}


@dataclass(frozen=True)
class Collection:
    """A catalogue with a class for each row, which is not among the texts.

    `columns` maps a choice of columns to what `--text` gets; a choice may be missing.
    """

    name: str
    title: str
    truth: str
    identifier: str
    columns: dict


COLLECTIONS = (
    Collection("reference", "Reference catalogue", "listed_in", "show_id", FILM_COLUMNS),
    Collection("sample", "Sample catalogue", "listed_in", "show_id", FILM_COLUMNS),
    Collection(
        "wordnet", "WordNet", "category", "id", {"text": "definition", "title": "definition,words"}
    ),
)

# Plain TF-IDF, scikit-learn's but for the tokens.
PLAIN = {
    "tokens": "words", "stop-words": "english", "stem": "none", "ngram": "1", "min-df": "1",
    "max-df": "1.0", "max-features": None, "sublinear-tf": False, "lsa": "none",
}  # fmt: skip

# The notebook's; all rows are kept, so that every setting is measured on the same ones.
NOTEBOOK = {"preset": "notebook"}


@dataclass(frozen=True)
class Setting:
    """Options under a name."""

    name: str
    group: str
    features: dict
    columns: str = "text"
    algorithm: str | None = "kmeans"
    is_swept: bool = False

    @property
    def is_tree(self):
        return self.algorithm in ("ward", "average")

    def feature_arguments(self, collection, knows):
        """The options about texts; `knows` tells whether the program has an option."""
        arguments = ["--text", collection.columns[self.columns], "--require", collection.identifier]
        for name, value in self.features.items():
            if value is True:
                arguments.append("--" + name)
            elif value is False:
                arguments += ["--no-" + name] if knows("--no-" + name) else []
            elif value is not None:
                arguments += ["--" + name, value]
        return arguments

    def fit_arguments(self):
        """The options about clusters."""
        return ["--algorithm", self.algorithm] if self.algorithm else []


def plain(name, group, columns="text", algorithm="kmeans", is_swept=False, **options):
    """Plain TF-IDF with some options changed."""
    options = {key.replace("_", "-"): value for key, value in options.items()}
    return Setting(name, group, PLAIN | options, columns, algorithm, is_swept)


STEMS = {"stem": "english"}

SETTINGS = (
    Setting("notebook", "Where it starts", NOTEBOOK, is_swept=True),
    plain("TF-IDF", "Where it starts", is_swept=True),
    plain("no stop words", "Words", stop_words="none"),
    plain("stems", "Words", **STEMS),
    plain("min-df 2", "Words", min_df="2"),
    plain("max-df 0.05", "Words", max_df="0.05"),
    plain("sublinear", "Words", sublinear_tf=True),
    plain("1 and 2 words", "Words", ngram="1...2", min_df="2"),
    plain("LSA 25", "Latent dimensions", lsa="25"),
    plain("LSA 50", "Latent dimensions", lsa="50", is_swept=True),
    plain("LSA 100", "Latent dimensions", lsa="100"),
    plain("LSA 200", "Latent dimensions", lsa="200"),
    plain("LSA 50, stems", "Latent dimensions", **STEMS, lsa="50"),
    plain("LSA 50, sublinear", "Latent dimensions", sublinear_tf=True, lsa="50"),
    plain("LSA 50, no stop words", "Latent dimensions", stop_words="none", lsa="50"),
    plain("title", "With titles", "title"),
    plain("title, LSA 25", "With titles", "title", lsa="25", is_swept=True),
    plain("title, LSA 50", "With titles", "title", lsa="50"),
    plain("title, LSA 100", "With titles", "title", lsa="100"),
    plain("title, LSA 50, stems", "With titles", "title", **STEMS, lsa="50"),
    plain("title, people, LSA 50", "With titles", "people", lsa="50"),
    plain("minibatch", "Algorithms: title, LSA 25", "title", "minibatch", lsa="25"),
    plain("ward", "Algorithms: title, LSA 25", "title", "ward", lsa="25"),
    plain("average", "Algorithms: title, LSA 25", "title", "average", lsa="25"),
    Setting("default", "Default, with titles", {}, "title", algorithm=None, is_swept=True),
)
