"""Examples of things, claims and hand-overs, by the names of the schema's components."""

from typing import Any, Final

UMBRELLA_ID: Final = "1f0e9a4e-5a3b-4c7e-9a1d-2f6f0c6d9b11"
FOUND_ID: Final = "8c5b0c1e-93c2-4f43-8e0c-0d1f4b7f2a65"
PHOTO_ID: Final = "52a1e0f4-6a0f-4d0d-9a44-7b0d8f5c3e21"
CLAIM_ID: Final = "6d45847f-c950-45bd-990e-aec6425c319e"
ITEM_CODE: Final = "NAJM-Q8VX"
PHOTO_FILE: Final = "(bytes of umbrella.jpg)"
SAVED_AT: Final = "2026-03-31T09:12:30.123456+09:00"

ITEM: Final[dict[str, Any]] = {
    "code": ITEM_CODE,
    "state": "held",
    "post": FOUND_ID,
    "number": "LF-121",
    "office": "student_union_office",
    "place": "A-3",
    "found_on": "2026-03-30",
    "received_at": SAVED_AT,
    "finder_rights": "kept",
    "value_band": "low",
    "seal_no": "",
    "is_on_hold": False,
    "hold_reason": "",
    "has_name_inside": False,
    "police_due_on": "2026-04-06",
    "keep_until": "2026-06-29",
    "notice_on": "2026-06-15",
}
VERDICT: Final = {
    "by": "staff",
    "decision": "approve",
    "score": 1.0,
    "note": "",
    "at": SAVED_AT,
}
FACT: Final = {
    "prompt": 1,
    "question": "무엇이 들어 있거나 함께 있었나요?",
    "answer": "노란 리본",
    "weight": 3,
    "kind": "words",
}
CLAIM_PHOTO: Final = {
    "id": PHOTO_ID,
    "full_url": f"/claims/photos/{PHOTO_ID}/full/",
    "thumbnail_url": f"/claims/photos/{PHOTO_ID}/thumbnail/",
    "width_px": 1600,
    "height_px": 1200,
}
ANSWER: Final = {"prompt": 1, "text": "안쪽에 노란 리본을 묶어 두었어요"}
OF_ITEMS: Final[dict[str, Any]] = {
    "PromptOut": {"id": 1, "text": "무엇이 들어 있거나 함께 있었나요?"},
    "ClaimAnswerInRequest": ANSWER,
    "ClaimInRequest": {"thing": FOUND_ID, "answers": [ANSWER], "lost_post": UMBRELLA_ID},
    "ClaimWithPhotoInRequest": {
        "thing": FOUND_ID,
        "answers": [ANSWER],
        "lost_post": UMBRELLA_ID,
        "photo": PHOTO_FILE,
    },
    "HiddenFactOut": FACT,
    "HiddenFactsOut": {"version": "959d72401d01b0af", "facts": [FACT]},
    "HiddenFactInRequest": {name: value for name, value in FACT.items() if name != "question"},
    "HiddenFactsInRequest": {
        "version": "959d72401d01b0af",
        "facts": [{"prompt": 1, "answer": "노란 리본", "weight": 3, "kind": "words"}],
    },
    "ClaimPhotoOut": CLAIM_PHOTO,
    "ReplyInRequest": {"text": "도서관 2층에서 마지막으로 썼어요"},
    "ClaimOut": {
        "id": CLAIM_ID,
        "number": "C-12",
        "thing": FOUND_ID,
        "title": "파란색 장우산",
        "state": "submitted",
        "question": "",
        "office": None,
        "pickup_by": None,
        "has_photo": True,
        "created_at": SAVED_AT,
    },
    "DelegationIn": {"proxy_name": "박대신"},
    "DelegationInRequest": {"proxy_name": "박대신"},
    "PickupCodeOut": {"code": "40856185", "expires_in_s": 900},
    "ItemOut": ITEM,
    "CustodyEventOut": {
        "seq": 1,
        "at": SAVED_AT,
        "actor": "staff",
        "office": "student_union_office",
        "kind": "received",
        "from_state": "",
        "to_state": "held",
        "from_place": None,
        "to_place": "A-3",
        "ref": "LF-121",
        "hash": "5f2b0a6c1d3e4f59687a8b9cadbecfd0e1f2031425364758697a8b9cadbecfd0",
    },
    "ReceiveInRequest": {"post": FOUND_ID, "shelf": "A-3", "finder_rights": "kept"},
    "MoveInRequest": {"shelf": "B-1"},
    "ReasonInRequest": {"reason": "경찰 요청"},
    "CodeInRequest": {"code": ITEM_CODE},
    "ScanOut": {"kind": "item", "item": ITEM, "claim": None},
    "VerdictOut": VERDICT,
    "OfficeClaimOut": {
        "id": CLAIM_ID,
        "number": "C-12",
        "version": 1,
        "state": "submitted",
        "claimant": "student",
        "story": "",
        "answers": [{"question": "무엇이 들어 있었나요?", "text": "노란 리본"}],
        "photo": CLAIM_PHOTO,
        "flags": ["no_report"],
        "question": "",
        "verdicts": [VERDICT],
        "suggested_place": "",
        "created_at": SAVED_AT,
    },
    "VerdictInRequest": {"version": 1, "decision": "approve", "marks": ["agrees", "agrees"]},
    "HandoverInRequest": {
        "item": ITEM_CODE,
        "receiver_name": "이주인",
        "id_kind": "student",
        "name_agrees": True,
        "contents_counted": True,
        "typed_ack": "이주인",
    },
    "HandoverOut": {
        "id": 7,
        "receipt_no": "R-2026-000007",
        "item": ITEM_CODE,
        "receiver_name": "이주인",
        "id_kind": "student",
        "is_proxy": False,
        "by": "staff",
        "at": SAVED_AT,
        "together": [],
        "reversed_at": None,
    },
}
