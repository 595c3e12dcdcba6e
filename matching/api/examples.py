"""Examples for the matching side of the API, by the names of the schema's components."""

from typing import Any, Final

from lostfound.api.examples import OFFICE_FOUND, OFFICE_LOST, PUBLIC
from lostfound.api.item_examples import PHOTO_FILE, SAVED_AT

QUESTION_ID: Final = "6f6f2a0e-2a55-4bd4-86c5-0a5f0a1c7e90"
PHOTO_QUERY_ID: Final = "d2c1f3a8-7c94-4f0a-8f57-54b4b0f6a7de"
DECISION_ID: Final = "b8a7a1de-57a1-4a11-a5ef-3a9a4f5b6c7d"
VERSION: Final = "838d29f51dc6d720"

INTAKE: Final = {"title": "파란 우산을 두고 내렸어요", "description": "손잡이에 노란 리본"}
PROPOSAL: Final = {"code": "umbrella", "probability": 0.97}
FACT: Final = {
    "label": "Colour",
    "left": "Blue",
    "right": "Navy",
    "verdict": "close",
    "remark": "close",
}
REASON: Final = {
    "name": "text_text",
    "label": "Text to text",
    "value": "+4.2",
    "says": "both describe it in nearly the same words",
}
FINDING: Final = {"thing": PUBLIC, "why": ["Means the same", "Says “우산”"]}
LOOK_ALIKE: Final = {
    "id": "3d0f6d5e-6f55-4d0e-8a39-5a8de1b0c6f2",
    "title": "파란 우산",
    "happened_on": "2026-03-29",
    "happened_until": None,
    "office": "student_union_office",
    "shelf": "A-5",
    "thumbnail_url": None,
}
LOOK_ALIKES: Final = {"kind": "found", "count": 12, "words": "Blue Umbrella", "posts": [LOOK_ALIKE]}
PAIR: Final[dict[str, Any]] = {
    "id": 31,
    "version": VERSION,
    "status": "suggested",
    "score": 0.93,
    "lost": OFFICE_LOST,
    "found": OFFICE_FOUND,
    "facts": [FACT],
    "terms": [REASON],
    "reasons_for": ["both describe it in nearly the same words (+4.2)"],
    "reasons_against": ["the colours hardly fit (-0.8)"],
    "gates": [],
    "answer": "mine",
    "look_alikes": [LOOK_ALIKES],
    "held_by": "staff",
}

EXAMPLES: Final[dict[str, Any]] = {
    "PoliceMatchOut": {
        "number": "F2026032900000012",
        "title": "파란 우산을 습득하여 보관하고 있습니다",
        "class_name": "기타물품 > 기타",
        "colour_name": "블루(파랑)",
        "found_on": "2026-03-29",
        "kept_at": "서울관악경찰서",
        "telephone": "02-870-0000",
    },
    "MatchingStateOut": {
        "status": "done",
        "suggestion_count": 2,
        "is_waiting": False,
        "waiting_reason": "",
    },
    "IntakeInRequest": INTAKE,
    "IntakeWithPhotoInRequest": {**INTAKE, "photo": PHOTO_FILE},
    "ProposalOut": PROPOSAL,
    "IntakeOut": {
        "id": QUESTION_ID,
        "status": "done",
        "category": [PROPOSAL],
        "colour": [{"code": "blue", "probability": 0.91}],
    },
    "StepOut": {"name": "saved", "label": "저장됨", "state": "done", "at": SAVED_AT},
    "SuggestionOut": {
        "id": 31,
        "status": "suggested",
        "likeness": "very_similar",
        "likeness_words": "매우 비슷해요",
        "created_at": SAVED_AT,
        "answer": None,
        "post": PUBLIC,
        "kept_at": None,
    },
    "AnswerInRequest": {"answer": "mine", "note": "손잡이에 제 이름이 있어요"},
    "FindingOut": FINDING,
    "SearchOut": {"count": 1, "page": 1, "pages": 1, "by_meaning": True, "results": [FINDING]},
    "PhotoQueryInRequest": {"photo": PHOTO_FILE},
    "PhotoQueryOut": {"photo": PHOTO_QUERY_ID},
    "FactOut": FACT,
    "ReasonOut": REASON,
    "LookAlikeOut": LOOK_ALIKE,
    "LookAlikesOut": LOOK_ALIKES,
    "PairOut": PAIR,
    "NextPairOut": {"left": 40, "pair": PAIR},
    "DecideInRequest": {"version": VERSION},
    "RejectInRequest": {"version": VERSION, "reason": "different_detail", "note": ""},
    "DecisionOut": {
        "id": DECISION_ID,
        "pair": 31,
        "action": "confirm",
        "reason": "",
        "note": "",
        "at": SAVED_AT,
    },
}
