"""What matching stores: outbox, vectors, profiles, pairs, decisions, changes, signs of life."""

from matching.models.change import IndexChange
from matching.models.duplicate import PossibleDuplicate
from matching.models.embedding import Embedding, EmbeddingQuerySet, Modality, Vector
from matching.models.heartbeat import Heartbeat
from matching.models.intake import IntakeQuestion
from matching.models.match import Match, MatchDecision
from matching.models.profile import StoredProfile
from matching.models.showing import Showing

__all__ = [
    "Embedding",
    "EmbeddingQuerySet",
    "Heartbeat",
    "IndexChange",
    "IntakeQuestion",
    "Match",
    "MatchDecision",
    "Modality",
    "PossibleDuplicate",
    "Showing",
    "StoredProfile",
    "Vector",
]
