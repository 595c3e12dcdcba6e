"""Models of matching: outbox, embeddings, profiles, pairs, decisions, answers, heartbeats."""

from matching.models.decision_state import (
    CONFIRMABLE,
    REJECTABLE,
    STATUS_AFTER,
    decision_version,
)
from matching.models.duplicate import PossibleDuplicate
from matching.models.embedding import Embedding, Modality
from matching.models.heartbeat import Heartbeat
from matching.models.impression import Impression
from matching.models.index_change import IndexChange
from matching.models.intake import IntakeQuestion
from matching.models.match import Match, MatchDecision, MatchQuerySet
from matching.models.matching_job import MatchingJob, MatchingJobQuerySet
from matching.models.owner_answer import SuggestionAnswer
from matching.models.photo_query import PhotoQuery
from matching.models.police import PoliceEmbedding, PoliceMatch
from matching.models.preparation import RecordedPreparation
from matching.models.profile import StoredProfile
from matching.models.review_claim import ReviewClaim, ReviewSkip

__all__ = [
    "CONFIRMABLE",
    "REJECTABLE",
    "STATUS_AFTER",
    "Embedding",
    "Heartbeat",
    "Impression",
    "IndexChange",
    "IntakeQuestion",
    "Match",
    "MatchDecision",
    "MatchQuerySet",
    "MatchingJob",
    "MatchingJobQuerySet",
    "Modality",
    "PhotoQuery",
    "PoliceEmbedding",
    "PoliceMatch",
    "PossibleDuplicate",
    "RecordedPreparation",
    "ReviewClaim",
    "ReviewSkip",
    "StoredProfile",
    "SuggestionAnswer",
    "decision_version",
]
