"""A person's own data, as they may take it along."""

from typing import Any

from allauth.usersessions.models import UserSession

from lostfound.models import (
    Consent,
    Handover,
    Notification,
    NotificationChoice,
    OwnershipClaim,
    Post,
    User,
)

EXPORTED_FIELDS = (
    *("title", "description", "colour", "place_note", "happened_on", "happened_until"),
    "kept_note",
)


def own_data(user: User) -> dict[str, Any]:
    """Everything that is stored of a person, ready for JSON, in a constant number of queries.

    What the office knows about a thing, and how it judged claims, is not theirs and left out.
    """
    posts = Post.objects.filter(author=user).select_related("category", "building", "office")
    claims = OwnershipClaim.objects.filter(claimant=user).select_related("item", "delegation")
    receipts = Handover.objects.filter(claim__claimant=user).select_related("item")
    return {
        "person": {
            "username": user.username,
            "email": user.email,
            "name": user.get_full_name(),
            "language": user.language,
            "wants_email": user.wants_email,
            "joined": user.date_joined,
            "last_signed_in": user.last_login,
        },
        "posts": [_post(post) for post in posts.prefetch_related("photos", "events")],
        "claims": [_claim(claim) for claim in claims.prefetch_related("answers")],
        "receipts": [
            {
                "number": receipt.receipt_no,
                "thing": receipt.item.shown_code,
                "received_by": receipt.receiver_name,
                "identity_shown": receipt.id_kind,
                "text": receipt.text,
                "at": receipt.at,
            }
            for receipt in receipts
        ],
        "notifications": list(
            Notification.objects.filter(user=user).values(
                "kind", "post__public_id", "created_at", "read_at", "emailed_at"
            )
        ),
        "notification_choices": list(
            NotificationChoice.objects.filter(user=user).values("kind", "in_app", "by_email")
        ),
        "consents": list(
            Consent.objects.filter(user=user).values("text__kind", "text__version", "at")
        ),
        "devices": list(
            UserSession.objects.filter(user=user).values(
                "user_agent", "ip", "created_at", "last_seen_at"
            )
        ),
    }


def _post(post: Post) -> dict[str, Any]:
    return {
        "id": post.public_id,
        "number": post.number,
        "kind": post.kind,
        "status": post.status,
        **{name: getattr(post, name) for name in EXPORTED_FIELDS},
        "category": post.category and post.category.code,
        "building": post.building and post.building.code,
        "office": post.office and post.office.code,
        "photos": [photo.full_url for photo in post.photos.all()],
        "created_at": post.created_at,
        "updated_at": post.updated_at,
        "history": [{"what": event.action, "at": event.at} for event in post.events.all()],
    }


def _claim(claim: OwnershipClaim) -> dict[str, Any]:
    proxy = getattr(claim, "delegation", None)
    return {
        "id": claim.public_id,
        "number": claim.number,
        "thing": claim.item.shown_code,
        "state": claim.told_state,
        "answers": [
            {"question": answer.question, "answer": answer.text} for answer in claim.answers.all()
        ],
        "story": claim.story,
        "sent_at": claim.created_at,
        "collect_until": claim.pickup_by,
        "sends": proxy.proxy_name if proxy else "",
    }
