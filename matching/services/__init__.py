"""Functions that write. Views, admin actions, the API, tasks and commands call these."""

from matching.services.bulk_decisions import BulkReport, confirm_matches, reject_matches
from matching.services.bulk_embedding import BacklogReport, embed_backlog, missing_posts
from matching.services.claim_evidence import weigh_claim
from matching.services.decision_checks import DecisionRefused, last_decision
from matching.services.decisions import confirm_match, reject_match, undo_decision
from matching.services.duplicates import (
    close_duplicate,
    dismiss_duplicate,
    take_up_duplicate,
)
from matching.services.field_suggestions import answer_intake, ask_intake, intake_of
from matching.services.heartbeat import answer_beat
from matching.services.impressions import record_impressions
from matching.services.manual_pairs import search_now, suggest_pair
from matching.services.matching import match_post
from matching.services.outbox import request_matching, retry_matching
from matching.services.owner_answers import AnswerRefused, answer_suggestion, withdraw_answer
from matching.services.photo_queries import keep_photo_query, photo_query
from matching.services.police import continue_police_matching, match_police
from matching.services.preparation import forget_vectors
from matching.services.profiles import (
    build_if_available,
    build_scoring_profile,
    current_profile,
    rebuild_if_grown,
)
from matching.services.review_queue import (
    claim,
    claim_next,
    claim_opened,
    free_for,
    release,
    reviewer_of,
    skip,
    take_over,
)
from matching.services.sweeper import sweep

__all__ = [
    "AnswerRefused",
    "BacklogReport",
    "BulkReport",
    "DecisionRefused",
    "answer_beat",
    "answer_intake",
    "answer_suggestion",
    "ask_intake",
    "build_if_available",
    "build_scoring_profile",
    "claim",
    "claim_next",
    "claim_opened",
    "close_duplicate",
    "confirm_match",
    "confirm_matches",
    "continue_police_matching",
    "current_profile",
    "dismiss_duplicate",
    "embed_backlog",
    "forget_vectors",
    "free_for",
    "intake_of",
    "keep_photo_query",
    "last_decision",
    "match_police",
    "match_post",
    "missing_posts",
    "photo_query",
    "rebuild_if_grown",
    "record_impressions",
    "reject_match",
    "reject_matches",
    "release",
    "request_matching",
    "retry_matching",
    "reviewer_of",
    "search_now",
    "skip",
    "suggest_pair",
    "sweep",
    "take_over",
    "take_up_duplicate",
    "undo_decision",
    "weigh_claim",
    "withdraw_answer",
]
