"""Examples of the people's side of the API, by the names of the schema's components."""

from typing import Any, Final

from lostfound.api.item_examples import (
    FOUND_ID,
    ITEM_CODE,
    OF_ITEMS,
    PHOTO_FILE,
    PHOTO_ID,
    SAVED_AT,
    UMBRELLA_ID,
)

PHOTO: Final[dict[str, Any]] = {
    "id": PHOTO_ID,
    "full_url": f"/photos/{PHOTO_ID}/full/",
    "thumbnail_url": f"/photos/{PHOTO_ID}/thumbnail/",
    "width_px": 1600,
    "height_px": 1200,
}
TERMS: Final[dict[str, Any]] = {
    "id": 3,
    "kind": "terms",
    "version": 1,
    "body_ko": "분실물과 습득물에 대한 사실만 올려 주세요.",
    "body_en": "Only post facts about things that were lost or found.",
    "published_at": SAVED_AT,
}
LOST: Final[dict[str, Any]] = {
    "id": UMBRELLA_ID,
    "number": "LF-120",
    "kind": "lost",
    "status": "open",
    "title": "파란 우산",
    "description": "손잡이에 노란 리본이 있어요",
    "category": "umbrella",
    "colour": "blue",
    "building": "central_library",
    "place_note": "2층 열람실 입구",
    "happened_on": "2026-03-30",
    "happened_until": None,
    "office": None,
    "kept_note": "",
    "photos": [],
    "created_at": SAVED_AT,
    "updated_at": SAVED_AT,
}
FOUND: Final[dict[str, Any]] = {
    **LOST,
    "id": FOUND_ID,
    "number": "LF-121",
    "kind": "found",
    "title": "파란색 장우산, 노란 리본",
    "description": "열람실 우산꽂이에 남아 있었어요",
    "office": "student_union_office",
    "photos": [PHOTO],
}
OFFICE_LOST: Final[dict[str, Any]] = {
    **LOST,
    "author": "student",
    "shelf": "",
    "hidden_facts": "",
    "public_title": "파란 우산",
    "code": "",
    "state": "",
}
OFFICE_FOUND: Final[dict[str, Any]] = {
    **FOUND,
    "author": "staff",
    "shelf": "A-3",
    "hidden_facts": "노란 리본",
    "public_title": "파란색 장우산",
    "code": ITEM_CODE,
    "state": "held",
}
PUBLIC: Final[dict[str, Any]] = {
    **{name: FOUND[name] for name in ("id", "kind", "category", "colour", "building")},
    "title": "파란색 장우산",
    "happened_on": "2026-03-30",
    "happened_until": None,
    "thumbnail_url": PHOTO["thumbnail_url"],
}
WRITTEN: Final[dict[str, Any]] = {
    name: LOST[name]
    for name in ("title", "description", "category", "colour", "building", "place_note")
} | {"happened_on": "2026-03-30"}
HANDED_IN: Final[dict[str, Any]] = {
    "title": "파란색 장우산, 노란 리본",
    "category": "umbrella",
    "colour": "blue",
    "building": "central_library",
    "office": "student_union_office",
    "shelf": "A-3",
    "hidden_facts": "노란 리본",
}
CATEGORY: Final = {
    "code": "umbrella",
    "name_ko": "우산",
    "name_en": "Umbrella",
    "is_sensitive": False,
    "photo_policy": "normal",
}
BUILDING: Final = {"code": "central_library", "name_ko": "중앙도서관", "name_en": "Central library"}
ZONE: Final = {
    "code": "central",
    "name_ko": "중앙 구역",
    "name_en": "Central area",
    "buildings": [BUILDING],
}
OFFICE: Final = {
    "code": "student_union_office",
    "name_ko": "학생회관 분실물센터",
    "name_en": "Student union lost-and-found office",
    "building": "student_union",
    "phone": "02-000-1000",
    "hours_ko": "월–금 09:00–18:00",
    "hours_en": "Mon–Fri 09:00–18:00",
}
KEPT_AT: Final = {"office": OFFICE, "kept_note": ""}
NOTIFICATION: Final = {
    "id": 12,
    "kind": "match_confirmed",
    "title": "파란 우산",
    "message": "잃어버린 물건을 찾았어요: 파란 우산",
    "advice": "보관 장소: 학생회관 분실물센터 (학생회관)",
    "kept_at": KEPT_AT,
    "post": UMBRELLA_ID,
    "claim": None,
    "created_at": SAVED_AT,
    "read_at": None,
}
CHOICE: Final = {"kind": "match_confirmed", "in_app": True, "by_email": False}
DELETED: Final = {"id": "0b9e7b1c-3d43-44a5-8f0f-6b8f4e0f9d20", "deleted_at": SAVED_AT}
FIELD_ERROR: Final = {"code": "blank", "message": "This field must not be empty."}

PARAMETERS: Final[dict[str, Any]] = {
    "public_id": UMBRELLA_ID,
    "photo_id": PHOTO_ID,
    "code": ITEM_CODE,
    "state": "held",
    "id": 31,
    "kind": "lost",
    "status": "open",
    "category": "umbrella",
    "colour": "blue",
    "building": "central_library",
    "office": "student_union_office",
    "shelf": "A-3",
    "size": "62x29",
    "q": "파란 우산",
    "photo": "d2c1f3a8-7c94-4f0a-8f57-54b4b0f6a7de",
    "since": "2026-03-01",
    "until": "2026-03-31",
    "page": 1,
    "page_size": 20,
    "cursor": "cD0yMDI2LTAzLTMxKzAwJTNBMTIlM0EzMC4xMjM0NTYlMkIwMCUzQTAw",
    "updated_since": SAVED_AT,
    "Idempotency-Key": "9d2f6a7c-0f3b-4a51-8f6d-4b2c1d0e9f88",
    "If-Match": '"0cc175b9c0f1b6a831c399e269772661"',
}
EXAMPLES: Final[dict[str, Any]] = {
    **OF_ITEMS,
    "PhotoOut": PHOTO,
    "PostOut": LOST,
    "OfficePostOut": OFFICE_FOUND,
    "PublicPostOut": PUBLIC,
    "ThingOut": {**PUBLIC, "status": "open", "office": "student_union_office"},
    "NewPostInRequest": {"kind": "lost", **WRITTEN},
    "NewPostWithPhotosInRequest": {"kind": "lost", **WRITTEN, "photos": [PHOTO_FILE]},
    "PhotosInRequest": {"photos": [PHOTO_FILE]},
    "PatchedPostInRequest": {"description": "손잡이에 초록 리본이 있어요"},
    "OfficeIntakeInRequest": HANDED_IN,
    "OfficeIntakeWithPhotosInRequest": {**HANDED_IN, "photos": [PHOTO_FILE]},
    "PatchedOfficeIntakeInRequest": {"shelf": "B-1"},
    "PatchedOfficeIntakeWithPhotosInRequest": {"shelf": "B-1", "photos": [PHOTO_FILE]},
    "PhotoOrderInRequest": {"photos": [PHOTO_ID]},
    "CategoryOut": CATEGORY,
    "FamilyOut": {
        "code": "umbrellas",
        "name_ko": "우산",
        "name_en": "Umbrellas",
        "categories": [CATEGORY],
    },
    "ColourNamesOut": {"code": "blue", "name_ko": "파랑", "name_en": "Blue"},
    "BuildingOut": BUILDING,
    "ZoneOut": ZONE,
    "OfficeOut": OFFICE,
    "KeptAtOut": KEPT_AT,
    "PlacesOut": {"zones": [ZONE], "offices": [OFFICE]},
    "NotificationOut": NOTIFICATION,
    "NotificationChoiceOut": CHOICE,
    "NotificationChoiceOutRequest": CHOICE,
    "MeOut": {
        "username": "student",
        "email": "student@example.org",
        "language": "ko",
        "wants_email": True,
        "is_staff": False,
        "office": None,
    },
    "PatchedMeInRequest": {"language": "en"},
    "DeleteMeInRequest": {"confirmation": "the password"},
    "OwnDataOut": {
        "person": {"username": "student", "email": "student@example.com", "language": "ko"},
        "posts": [{"number": "LF-120", "title": "파란 우산", "photos": []}],
        "claims": [],
        "receipts": [],
        "notifications": [],
        "notification_choices": [],
        "consents": [{"text__kind": "terms", "text__version": 1, "at": SAVED_AT}],
        "devices": [],
    },
    "LegalTextOut": TERMS,
    "ConsentInRequest": {"texts": [3]},
    "ConsentOut": {"missing": [TERMS]},
    "DeviceOut": {
        "id": 4,
        "name": "Chrome, Android",
        "ip": "192.0.2.7",
        "created_at": SAVED_AT,
        "last_seen_at": SAVED_AT,
        "is_current": True,
    },
    "DeletedOut": DELETED,
    "SyncOut": {
        "posts": [LOST],
        "deleted": [DELETED],
        "notifications": [NOTIFICATION],
        "synced_at": SAVED_AT,
        "has_more": False,
        "cursor": None,
    },
    "FieldError": FIELD_ERROR,
    "Problem": {
        "type": "about:blank",
        "title": "Bad request",
        "status": 400,
        "code": "invalid",
        "detail": "Some fields are invalid. See errors for each of them.",
        "errors": {"title": [FIELD_ERROR]},
    },
}
