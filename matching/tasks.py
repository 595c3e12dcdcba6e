"""Background tasks, run by the queue's worker. Every task may run twice.

Must not import torch: the queue's parent process forks, and the encoder is loaded after that.
"""

from uuid import UUID

from matching import services


def match_post(post_id: int) -> str:
    """Embed and match one waiting post; does nothing if it is deleted or done."""
    outcome = services.match_post(post_id)
    if outcome == "matched":
        services.rebuild_if_grown()
        services.match_police([post_id])
    return outcome


def weigh_claim(claim_id: int) -> str:
    """Let a claim of ownership count as evidence for its pair."""
    return services.weigh_claim(claim_id)


def answer_intake(public_id: str) -> str:
    """Suggest category and colour for a post that is being written."""
    return services.answer_intake(UUID(public_id))


def build_scoring_profile() -> int | None:
    """Build a new scoring profile; returns its version, or None without a model."""
    stored = services.build_if_available()
    return stored.pk if stored else None


def beat(asked_by: str, number: int) -> None:
    """Answer the supervisor, to prove that the queue delivers tasks."""
    services.answer_beat(asked_by, number)


def match_police() -> bool:
    """Embed things at the police, and compare lost posts with them; may enqueue itself again."""
    return services.continue_police_matching()


def match_posts_with_police(post_ids: list[int]) -> int:
    """Compare these lost posts with things at the police; returns how many were compared."""
    return services.match_police(post_ids)
