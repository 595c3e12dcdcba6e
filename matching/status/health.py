"""What works, what waits and what failed, in words for people who keep no servers. Reads only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath
from typing import Any, Final

from django.db.models import Min
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lostfound.models import Notification
from matching.conf import BUNDLED, ONNX_FP32, ONNX_INT8, TORCH, matching_settings
from matching.encoders.base import CLIP_ENCODER, EncoderUnavailable, current_fingerprint
from matching.models import MatchingJob, StoredProfile
from matching.review.explain import strategy_words
from matching.search.client import is_there
from matching.search.protocol import finder_address
from matching.selectors import WAITING, encoder_problem, is_too_long_ago, worker_seen_ago
from matching.status.durations import span_words

FINDER_TIMEOUT_S: Final = 0.5
LONG_WAIT: Final = timedelta(minutes=10)
FULL_MODEL: Final = "Bingsu/clip-vit-large-patch14-ko"
GOOD, NOTE, BAD = "good", "note", "bad"
ENGINE_WORDS: Final = {
    TORCH: "PyTorch",
    ONNX_FP32: "ONNX Runtime",
    ONNX_INT8: gettext_lazy("ONNX Runtime with 8-bit numbers"),
}
# How an error that is kept at a post begins, and what that means to somebody at the counter.
FAILURES: Final[tuple[tuple[tuple[str, ...], Any], ...]] = (
    (
        ("TimeoutException",),
        gettext_lazy("It took longer than is allowed. Trying again often helps."),
    ),
    (
        ("The worker died", "MemoryError"),
        gettext_lazy("The server gave up on this post several times; perhaps it lacks memory."),
    ),
    (
        ("FileNotFoundError",),
        gettext_lazy("A photograph's file is missing on the server."),
    ),
    (
        ("UnidentifiedImageError", "OSError", "SyntaxError", "DecompressionBomb"),
        gettext_lazy("A photograph cannot be read. Replacing it in the post helps."),
    ),
    (
        ("OperationalError", "DatabaseError", "InterfaceError"),
        gettext_lazy("The database did not answer. Trying again often helps."),
    ),
)


@dataclass(frozen=True)
class Light:
    """One part of the comparison: whether it works, in words, and the technical text below.

    Attributes:
        state: GOOD, NOTE for what somebody should know, BAD for what somebody should mend.
        advice: what to do about it; empty where nothing is.
        facts: names and values that describe the part.
        technical: what whoever keeps the server needs; may name paths.
    """

    title: str
    state: str
    words: str
    advice: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    technical: str = ""


def lights() -> list[Light]:
    """Every part of the comparison, in the order in which one depends on the other."""
    return [light() for light in LIGHTS]


def problem_count() -> int:
    """How many parts somebody should mend."""
    return sum(light.state == BAD for light in lights())


def failure_words(error: str) -> str:
    """Why a post could not be compared, without a path or a class's name."""
    for beginnings, words in FAILURES:
        if error.startswith(beginnings):
            return str(words)
    return _("Something unexpected went wrong.")


def _worker() -> Light:
    title = _("Worker")
    ago = worker_seen_ago()
    if not is_too_long_ago(ago):
        return Light(title, GOOD, _("Works: it compares new posts in the background."))
    advice = _("Whoever keeps the server starts it with: python manage.py runworker")
    if ago is None:
        words = _("Does not run. New posts wait until it does.")
    else:
        words = _("Was last seen %(age)s ago. New posts wait until it is back.")
        words %= {"age": span_words(ago)}
    return Light(title, BAD, words, advice)


def _model() -> Light:
    current = matching_settings()
    fingerprint, why = _fingerprint()
    title, facts = _("Model"), _model_facts(fingerprint)
    if problem := encoder_problem():
        return Light(
            title,
            BAD,
            _("Cannot be used at present. New posts wait, and nothing of them is lost."),
            _("Whoever keeps the server finds below which setting to change."),
            facts,
            problem,
        )
    technical = f"MATCHING_MODEL={current.model}\n{fingerprint or why}"
    if current.encoder != CLIP_ENCODER:
        return Light(title, GOOD, current.encoder, facts=facts, technical=technical)
    if current.model == BUNDLED:
        return Light(
            title,
            NOTE,
            _("The demonstration model that comes with the project. It knows drawings only."),
            _(
                "For real photographs, whoever keeps the server fetches another one with "
                "“python manage.py download_model %(model)s” and sets MATCHING_MODEL=%(model)s."
            )
            % {"model": FULL_MODEL},
            facts,
            technical,
        )
    place = PurePath(current.model)
    name = place.name if place.is_absolute() else current.model
    return Light(title, GOOD, name, facts=facts, technical=technical)


def _model_facts(fingerprint: str) -> tuple[tuple[str, str], ...]:
    current = matching_settings()
    facts = [
        (_("Engine"), str(ENGINE_WORDS[current.engine])),
        (_("Strategy"), strategy_words(current.strategy)),
    ]
    current_one = StoredProfile.objects.filter(is_current=True, fingerprint=fingerprint)
    if profile := current_one.defer("data").first():
        day = date_format(timezone.localtime(profile.created_at), "DATE_FORMAT")
        facts.append((_("Profile"), f"{profile.pk} ({day})"))
    return tuple(facts)


def _fingerprint() -> tuple[str, str]:
    """The encoder's fingerprint, or nothing and why."""
    try:
        return current_fingerprint(), ""
    except EncoderUnavailable as error:
        return "", str(error)


def _finder() -> Light:
    title, address = _("Search by meaning"), finder_address()
    if address is None:
        return Light(title, GOOD, _("Switched off. People find exact words only."))
    if is_there(address, FINDER_TIMEOUT_S):
        return Light(title, GOOD, _("Works: the search process answers."))
    return Light(
        title,
        BAD,
        _("The search process does not answer. People find exact words only."),
        _("The worker starts it again by itself. If this stays, the worker has to be restarted."),
    )


def _queue() -> Light:
    title = _("Queue")
    waiting = MatchingJob.objects.filter(status__in=WAITING)
    oldest = waiting.aggregate(at=Min("queued_at"))["at"]
    if oldest is None:
        return Light(title, GOOD, _("Nothing waits."))
    age = timezone.now() - oldest
    words = _("The oldest post has been waiting for %(age)s.") % {"age": span_words(age)}
    if age <= LONG_WAIT:
        return Light(title, GOOD, words)
    return Light(title, BAD, words, _("Usually it is seconds. Look at the lights above."))


def _failed() -> Light:
    title = _("Failed")
    count = MatchingJob.objects.filter(status=MatchingJob.Status.FAILED).count()
    if not count:
        return Light(title, GOOD, _("Every post could be compared."))
    words = ngettext(
        "%(n)d post could not be compared.", "%(n)d posts could not be compared.", count
    )
    return Light(title, BAD, words % {"n": count}, _("They are listed below, with the reason."))


def _emails() -> Light:
    count = Notification.objects.email_owed().count()
    words = ngettext("%(n)d waits to be sent.", "%(n)d wait to be sent.", count) % {"n": count}
    return Light(_("E-mails"), GOOD, words if count else _("All are sent."))


LIGHTS: Final[tuple[Callable[[], Light], ...]] = (
    *(_worker, _model, _finder),
    *(_queue, _failed, _emails),
)
