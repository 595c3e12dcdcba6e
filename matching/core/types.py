"""Inputs and outputs of a strategy: a post's features, candidates and scores as columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Final, Literal, Self

import numpy as np

from matching.core.arrays import Bools, Floats, Ints, Texts
from matching.core.profile import ScoringProfile
from matching.core.vectors import Vec, unit

Kind = Literal["lost", "found"]

NOBODY: Final = -1  # author_id of a post without an author
MISSING: Final = ""  # code of a category, colour, brand or place that the post leaves out


@dataclass(frozen=True, eq=False)
class PostFeatures:
    """One post as the strategies see it. Vectors are of unit length, or zero.

    Shape: text_vec (dim,), image_vecs (n_photos, dim) with the cover photograph first,
        sentence_vec (sentence_dim,)
    Units: day and last_day in days since an origin that all posts share

    Attributes:
        day: the only day that it may have been, or the first of several; None if unknown.
        last_day: the last of several days; None if there is only one.
    """

    post_id: int
    kind: Kind
    text_vec: Vec | None
    image_vecs: Vec
    category: str | None = None  # code of the leaf
    family: str | None = None
    colour: str | None = None
    brand: str | None = None
    building: str | None = None
    zone: str | None = None
    day: float | None = None
    last_day: float | None = None
    author_id: int | None = None
    tokens: tuple[str, ...] = ()  # keyed hashes of serial numbers, model names and the like
    sentence_vec: Vec | None = None  # of the text, by the second encoder

    @property
    def cover_vec(self) -> Vec | None:
        """Shape: (dim,), None without a photograph."""
        return self.image_vecs[0] if len(self.image_vecs) else None


@dataclass(frozen=True, eq=False)
class Candidates:
    """n posts as columns, for one vectorised pass. Each vector has unit length, or is zero.

    Shape: text_vecs and image_vecs (n, dim), a row of NaN where missing; sentence_vecs likewise
        (n, sentence_dim), sentence_dim 0 if no post has one; photo_vecs (m, dim)
        holds the photographs after the cover and photo_owner (m,) the row of each one's post;
        token_codes and token_owner (t,) do the same for identity tokens; all others (n,)
    """

    post_ids: Ints
    kinds: Texts
    text_vecs: Vec
    image_vecs: Vec
    sentence_vecs: Vec
    photo_vecs: Vec
    photo_owner: Ints
    categories: Texts
    families: Texts
    colours: Texts
    brands: Texts
    buildings: Texts
    zones: Texts
    days: Floats  # the first possible day, NaN where unknown
    last_days: Floats  # the last possible day: the same where it is known exactly
    author_ids: Ints
    token_codes: Texts
    token_owner: Ints

    def __len__(self) -> int:
        return len(self.post_ids)

    @classmethod
    def from_features(cls, posts: Sequence[PostFeatures], dim: int | None = None) -> Self:
        """Lay posts out as columns, their vectors normalised.

        Args:
            posts: may be empty.
            dim: length of the vectors; inferred from the posts when None.
        """
        if dim is None:
            dim = next((found for post in posts if (found := _dim(post))), 0)
        absent = np.full(dim, np.nan, dtype=np.float32)
        texts = [absent if post.text_vec is None else post.text_vec for post in posts]
        covers = [absent if post.cover_vec is None else post.cover_vec for post in posts]
        further = [vec for post in posts for vec in post.image_vecs[1:]]
        owner = [row for row, post in enumerate(posts) for _ in post.image_vecs[1:]]
        return cls(
            post_ids=np.array([post.post_id for post in posts], dtype=np.int64),
            kinds=np.array([post.kind for post in posts], dtype=np.str_),
            text_vecs=_stack(texts, dim),
            image_vecs=_stack(covers, dim),
            sentence_vecs=_sentences(posts),
            photo_vecs=_stack(further, dim),
            photo_owner=np.array(owner, dtype=np.int64),
            categories=_codes([post.category for post in posts]),
            families=_codes([post.family for post in posts]),
            colours=_codes([post.colour for post in posts]),
            brands=_codes([post.brand for post in posts]),
            buildings=_codes([post.building for post in posts]),
            zones=_codes([post.zone for post in posts]),
            days=_days([post.day for post in posts]),
            last_days=_days(
                [post.day if post.last_day is None else post.last_day for post in posts]
            ),
            author_ids=np.array(
                [NOBODY if post.author_id is None else post.author_id for post in posts],
                dtype=np.int64,
            ),
            token_codes=_codes([token for post in posts for token in post.tokens]),
            token_owner=np.array(
                [row for row, post in enumerate(posts) for _ in post.tokens], dtype=np.int64
            ),
        )

    def coded(self, column: str) -> tuple[Texts, Ints]:
        """The distinct values of a column of codes, and for each post the index of its value.

        Cached, so that a filter compares small integers instead of strings.

        Shape: (v,), (n,)
        """
        if column not in self._coded:
            values, rows = np.unique(getattr(self, column), return_inverse=True)
            self._coded[column] = values, rows.astype(np.int32)
        return self._coded[column]

    @cached_property
    def _coded(self) -> dict[str, tuple[Texts, Ints]]:
        return {}

    def take(self, rows: Ints) -> Self:
        """The candidates at these rows, in this order.

        Shape: (k,), each row at most once
        """
        place = np.full(len(self), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        columns: dict[str, Any] = {
            column.name: getattr(self, column.name)[rows]
            for column in fields(self)
            if not column.name.startswith(("photo_", "token_"))
        }
        for values, owners in (("photo_vecs", "photo_owner"), ("token_codes", "token_owner")):
            owner = getattr(self, owners)
            kept = place[owner] >= 0
            columns[values] = getattr(self, values)[kept]
            columns[owners] = place[owner[kept]]
        return type(self)(**columns)


@dataclass(frozen=True, eq=False)
class ScoringContext:
    """What a strategy knows besides the two posts.

    Shape: rejected (n,), True where staff rejected the pair of query and candidate
    """

    profile: ScoringProfile | None = None
    max_found_before_lost_days: float = 7.0
    rejected: Bools | None = None


@dataclass(frozen=True)
class Score:
    """One candidate's score; terms as in the stored JSON, None for an absent channel."""

    post_id: int
    score: float
    terms: dict[str, float | None] = field(default_factory=dict)
    exclusions: tuple[str, ...] = ()
    log_odds: float | None = None

    @property
    def is_excluded(self) -> bool:
        """Whether an exclusion rule keeps the pair out of the suggestions."""
        return bool(self.exclusions)


@dataclass(frozen=True, eq=False)
class Scores:
    """The scores of all candidates, as columns in the candidates' order.

    Shape: (n,) for post_ids, score, each of terms (NaN where the channel is absent) and each of
        exclusions (True where the rule named by the key excludes the pair); log_odds (n,)

    Attributes:
        log_odds: of each pair alone, where scores are probabilities.
    """

    post_ids: Ints
    score: Floats
    terms: dict[str, Floats]
    exclusions: dict[str, Bools]
    log_odds: Floats | None = None

    def __len__(self) -> int:
        return len(self.post_ids)

    @property
    def excluded(self) -> Bools:
        """Shape: (n,), True where any rule excludes the pair."""
        excluded = np.zeros(len(self), dtype=np.bool_)
        for mask in self.exclusions.values():
            excluded |= mask
        return excluded

    @property
    def ranks(self) -> Ints:
        """Rank of each candidate from 1, by score; excluded pairs come after all others.

        Shape: (n,)
        """
        best_first = np.lexsort((self.post_ids, -self.score, self.excluded))
        ranks = np.empty(len(self), dtype=np.int64)
        ranks[best_first] = np.arange(1, len(self) + 1)
        return ranks

    def at(self, row: int) -> Score:
        """The score of one candidate, in plain Python types that serialise to JSON."""
        return Score(
            post_id=int(self.post_ids[row]),
            score=float(self.score[row]),
            terms={
                name: None if np.isnan(term[row]) else float(term[row])
                for name, term in self.terms.items()
            },
            exclusions=tuple(reason for reason, mask in self.exclusions.items() if mask[row]),
            log_odds=None if self.log_odds is None else float(self.log_odds[row]),
        )

    def top(self, k: int, *, threshold: float | None = None, excluded: bool = False) -> list[Score]:
        """The k best, equal scores ordered by post id.

        Args:
            threshold: minimum score; None keeps all.
            excluded: whether to include pairs that a rule excludes, with their reasons.
        """
        kept = np.ones(len(self), dtype=np.bool_) if excluded else ~self.excluded
        if threshold is not None:
            kept &= self.score >= threshold
        rows = np.flatnonzero(kept)
        best_first = np.lexsort((self.post_ids[rows], -self.score[rows]))
        return [self.at(int(row)) for row in rows[best_first[: max(k, 0)]]]


def _dim(post: PostFeatures) -> int:
    if post.text_vec is not None:
        return int(post.text_vec.shape[0])
    return int(post.image_vecs.shape[1]) if len(post.image_vecs) else 0


def _stack(vecs: Sequence[Vec], dim: int) -> Vec:
    return unit(np.stack(vecs)) if vecs else np.zeros((0, dim), dtype=np.float32)


def _sentences(posts: Sequence[PostFeatures]) -> Vec:
    vecs = [post.sentence_vec for post in posts]
    width = next((len(vec) for vec in vecs if vec is not None), 0)
    absent = np.full(width, np.nan, dtype=np.float32)
    return _stack([absent if vec is None else vec for vec in vecs], width)


def _days(days: Sequence[float | None]) -> Floats:
    return np.array([np.nan if day is None else day for day in days], dtype=np.float64)


def _codes(codes: Sequence[str | None]) -> Texts:
    return np.array([code or MISSING for code in codes], dtype=np.str_)
