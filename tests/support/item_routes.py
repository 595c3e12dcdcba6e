"""Who gets what at every address that concerns things, claims and hand-overs.

The eight people: anonymous, another student, the claimant, the finder, a clerk, a clerk of another
office, the head, an auditor. IN: they are led to the sign-in page.
"""

from typing import Final

IN: Final = -1
ROLES: Final = (
    *("anonymous", "other", "claimant", "finder"),
    *("clerk", "elsewhere", "head", "auditor"),
)
Statuses = tuple[int, int, int, int, int, int, int, int]

EVERYBODY: Final = (200,) * 8
SIGNED_IN: Final = (IN, *(200,) * 7)
CLAIMANT: Final = (IN, 404, 200, 404, 404, 404, 404, 404)
CLAIMANTS_BUTTON: Final = (IN, 404, 302, 404, 404, 404, 404, 404)
STAFF: Final = (IN, 403, 403, 403, 200, 200, 200, 403)
STAFFS_BUTTON: Final = (IN, 403, 403, 403, 302, 302, 302, 403)
HEAD: Final = (IN, 403, 403, 403, 403, 403, 200, 403)
HEADS_BUTTON: Final = (IN, 403, 403, 403, 403, 403, 302, 403)
API_SIGNED_IN: Final = (401, *(200,) * 7)
API_CLAIMANT: Final = (401, 404, 200, 404, 404, 404, 404, 404)
API_STAFF: Final = (401, 403, 403, 403, 200, 200, 200, 403)
API_OFFICE: Final = (401, 403, 403, 403, 200, 403, 200, 403)

ITEM_TABLE: Final[dict[tuple[str, str], Statuses]] = {
    ("lostfound:claim_thing", "get"): (IN, 200, 302, 302, 200, 200, 200, 200),
    # A new claim leads to its page, the claimant's to the one there is, the finder's back.
    ("lostfound:claim_thing", "post"): (IN, *(302,) * 7),
    ("lostfound:claims", "get"): SIGNED_IN,
    ("lostfound:claim", "get"): CLAIMANT,
    ("lostfound:answer_claim", "post"): CLAIMANTS_BUTTON,
    ("lostfound:withdraw_claim", "post"): CLAIMANTS_BUTTON,
    ("lostfound:pickup_code", "post"): CLAIMANT,
    ("lostfound:extend_claim", "post"): CLAIMANTS_BUTTON,
    ("lostfound:send_somebody", "post"): CLAIMANTS_BUTTON,
    ("lostfound:scan", "get"): (200, 200, 200, 200, 302, 302, 302, 200),
    ("lostfound:scan_capitals", "get"): (200, 200, 200, 200, 302, 302, 302, 200),
    ("lostfound:desk_item", "get"): (IN, 403, 403, 403, 200, 200, 200, 200),
    ("lostfound:desk_item_move", "post"): STAFFS_BUTTON,
    ("lostfound:desk_item_receive", "post"): STAFFS_BUTTON,
    ("lostfound:desk_item_missing", "post"): STAFFS_BUTTON,
    ("lostfound:desk_item_hold", "post"): STAFFS_BUTTON,
    ("lostfound:desk_item_release", "post"): STAFFS_BUTTON,
    ("lostfound:desk_item_contacted", "post"): STAFFS_BUTTON,
    ("lostfound:clock", "get"): STAFF,
    ("lostfound:transfers", "get"): STAFF,
    ("lostfound:send_transfer", "post"): STAFFS_BUTTON,
    # From the claimants' office to the other one: both see it, and nobody else on the campus.
    ("lostfound:transfer", "get"): STAFF,
    ("lostfound:accept_transfer", "post"): STAFFS_BUTTON,
    ("lostfound:refuse_transfer", "post"): STAFFS_BUTTON,
    ("lostfound:stocktakes", "get"): STAFF,
    ("lostfound:start_stocktake", "post"): STAFFS_BUTTON,
    ("lostfound:stocktake", "get"): (IN, 403, 403, 403, 200, 404, 200, 403),
    ("lostfound:scan_stocktake", "post"): (IN, 403, 403, 403, 302, 404, 302, 403),
    ("lostfound:finish_stocktake", "post"): (IN, 403, 403, 403, 302, 404, 302, 403),
    ("lostfound:batches", "get"): HEAD,
    ("lostfound:draft_batch", "post"): HEADS_BUTTON,
    ("lostfound:batch", "get"): HEAD,
    ("lostfound:batch_list", "get"): HEAD,
    ("lostfound:batch_csv", "get"): HEAD,
    ("lostfound:approve_batch", "post"): HEADS_BUTTON,
    ("lostfound:cancel_batch", "post"): HEADS_BUTTON,
    ("lostfound:complete_batch", "post"): HEADS_BUTTON,
    ("lostfound:desk_item_void", "post"): (IN, 403, 403, 403, 403, 403, 302, 403),
    ("lostfound:desk_item_facts", "post"): STAFFS_BUTTON,
    ("lostfound:finder_receipt", "get"): (IN, 403, 403, 403, 200, 403, 200, 403),
    ("lostfound:handover", "get"): STAFF,
    ("lostfound:handover", "post"): (IN, 403, 403, 403, 302, 409, 302, 403),
    ("lostfound:desk_claims", "get"): STAFF,
    ("lostfound:desk_rivals", "get"): STAFF,
    ("lostfound:judge_claim", "post"): STAFFS_BUTTON,
    ("lostfound:revoke_claim", "post"): STAFFS_BUTTON,
    ("lostfound:receipt", "get"): (IN, 403, 403, 403, 200, 403, 200, 200),
    ("lostfound:handover_chosen", "get"): STAFFS_BUTTON,
    ("lostfound:claim_photo", "get"): (404, 404, 404, 404, 200, 200, 200, 404),
    ("lostfound:reverse_handover", "post"): (IN, 403, 403, 403, 403, 403, 302, 403),
    ("lostfound:phone_report", "get"): STAFF,
    ("lostfound:phone_report", "post"): STAFFS_BUTTON,
    ("lostfound:custody", "get"): (IN, 403, 403, 403, 403, 403, 200, 200),
    ("lostfound:labels", "get"): STAFF,
    ("lostfound:label_styles", "get"): EVERYBODY,
    ("lostfound:allow_photo", "post"): STAFFS_BUTTON,
    ("lostfound:forbid_photo", "post"): STAFFS_BUTTON,
    ("matching:counter", "get"): STAFF,
    ("matching:scanned", "post"): STAFFS_BUTTON,
    ("api-thing-prompts", "get"): API_SIGNED_IN,
    ("api-claims", "get"): API_SIGNED_IN,
    ("api-claims", "post"): (401, 201, 409, 403, 201, 201, 201, 201),
    ("api-claim", "get"): API_CLAIMANT,
    ("api-claim-withdraw", "post"): API_CLAIMANT,
    ("api-claim-answer", "post"): (401, 404, 409, 404, 404, 404, 404, 404),
    ("api-claim-pickup-code", "post"): API_CLAIMANT,
    ("api-claim-extend", "post"): API_CLAIMANT,
    ("api-claim-delegation", "put"): API_CLAIMANT,
    ("api-office-items", "get"): API_STAFF,
    ("api-office-items", "post"): (401, 403, 403, 403, 201, 403, 201, 403),
    ("api-office-item", "get"): API_STAFF,
    ("api-office-item-events", "get"): API_STAFF,
    ("api-office-item-move", "post"): API_OFFICE,
    ("api-office-item-hold", "post"): API_OFFICE,
    ("api-office-item-release", "post"): (401, 403, 403, 403, 409, 403, 409, 403),
    ("api-office-item-missing", "post"): API_OFFICE,
    ("api-office-item-label", "get"): API_STAFF,
    ("api-office-item-facts", "get"): API_STAFF,
    ("api-office-item-facts", "put"): API_OFFICE,
    ("api-office-item-claims", "get"): API_STAFF,
    ("api-office-verdict", "post"): API_OFFICE,
    ("api-office-handovers", "post"): (401, 403, 403, 403, 201, 403, 201, 403),
    ("api-office-handover-reverse", "post"): (401, 403, 403, 403, 403, 403, 200, 403),
    ("api-office-scan", "post"): API_STAFF,
}
