"""System health in plain words, for people who do not run servers. Read-only."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath
from typing import Any, Final

from django.conf import settings
from django.db.models import Min
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lostfound.media.masking import is_available
from lostfound.models import Notification, Photo, PoliceFetch, PoliceFound, Post
from lostfound.police.client import POLICE
from lostfound.services.masking import unmasked_photos
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
FETCH_OVERDUE: Final = timedelta(days=3)
FETCH_ADVICE: Final[dict[str, Any]] = {
    PoliceFetch.Problem.KEY: gettext_lazy("Whoever runs the server should check POLICE_API_KEY."),
    PoliceFetch.Problem.QUOTA: gettext_lazy("It goes on tomorrow by itself."),
    PoliceFetch.Problem.ANSWER: gettext_lazy("It is tried again tonight."),
}
FULL_MODEL: Final = "Bingsu/clip-vit-large-patch14-ko"
GOOD, NOTE, BAD = "good", "note", "bad"
ENGINE_WORDS: Final = {
    TORCH: "PyTorch",
    ONNX_FP32: "ONNX Runtime",
    ONNX_INT8: gettext_lazy("ONNX Runtime with 8-bit numbers"),
}
# How an error stored with a job begins, and what it means to somebody at the counter.
FAILURES: Final[tuple[tuple[tuple[str, ...], Any], ...]] = (
    (
        ("TimeoutException",),
        gettext_lazy("It took too long. Trying again often helps."),
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
    """The state of one component in words, with technical details.

    Attributes:
        state: GOOD, NOTE if somebody should know, BAD if somebody should act.
        advice: what to do about it; empty if there is nothing to do.
        facts: names and values that describe the component.
        technical: details for whoever runs the server; may contain paths.
    """

    title: str
    state: str
    words: str
    advice: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    technical: str = ""


def lights() -> list[Light]:
    """Every component of matching, in the order of their dependencies."""
    return [light() for light in LIGHTS]


def problem_count() -> int:
    """The number of components that need attention."""
    return sum(light().state == BAD for light in LIGHTS if light not in NEVER_BAD)


def failure_words(error: str) -> str:
    """Why a post could not be compared, without paths or class names."""
    for beginnings, words in FAILURES:
        if error.startswith(beginnings):
            return str(words)
    return _("Something unexpected went wrong.")


def _worker() -> Light:
    title = _("Worker")
    ago = worker_seen_ago()
    if not is_too_long_ago(ago):
        return Light(title, GOOD, _("Works: new posts are compared in the background."))
    advice = _("Whoever runs the server can start it with: python manage.py runworker")
    if ago is None:
        words = _("Not running. New posts wait until it is started.")
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
            _("Whoever runs the server can see below which setting to change."),
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
            _("The demonstration model that comes with the project. It only knows drawings."),
            _(
                "For real photographs, whoever runs the server can download another one with "
                "“python manage.py download_model %(model)s” and set MATCHING_MODEL=%(model)s."
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
    if current.text_model:
        place = PurePath(current.text_model)
        name = place.name if place.is_absolute() else current.text_model
        facts.append((_("Second model for texts"), name))
    current_one = StoredProfile.objects.filter(is_current=True, fingerprint=fingerprint)
    if profile := current_one.defer("data").first():
        day = date_format(timezone.localtime(profile.created_at), "DATE_FORMAT")
        facts.append((_("Profile"), f"{profile.pk} ({day})"))
    return tuple(facts)


def _fingerprint() -> tuple[str, str]:
    """The encoder's fingerprint, or "" and the reason."""
    try:
        return current_fingerprint(), ""
    except EncoderUnavailable as error:
        return "", str(error)


def _finder() -> Light:
    title, address = _("Search by meaning"), finder_address()
    if address is None:
        return Light(title, GOOD, _("Switched off. Searches find exact words only."))
    if is_there(address, FINDER_TIMEOUT_S):
        return Light(title, GOOD, _("Works: the search process answers."))
    return Light(
        title,
        BAD,
        _("The search process does not answer. Searches find exact words only."),
        _("The worker restarts it automatically. If this persists, the worker must be restarted."),
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
    return Light(title, BAD, words, _("It usually takes seconds. Check the states above."))


def _failed() -> Light:
    title = _("Failed")
    count = MatchingJob.objects.filter(status=MatchingJob.Status.FAILED).count()
    if not count:
        return Light(title, GOOD, _("Every post could be compared."))
    words = ngettext(
        "%(n)d post could not be compared.", "%(n)d posts could not be compared.", count
    )
    return Light(title, BAD, words % {"n": count}, _("They are listed below, with the reason."))


def _photographs() -> Light:
    title = _("Masking of photographs")
    waiting = unmasked_photos().filter(post__status=Post.Status.OPEN)
    count = waiting.count()
    if not count:
        return Light(title, GOOD, _("No photograph is waiting for it."))
    words = ngettext(
        "%(n)d photograph is neither shown nor compared, because texts in it are not covered.",
        "%(n)d photographs are neither shown nor compared, because texts in them are not covered.",
        count,
    ) % {"n": count}
    if not is_available():
        advice = _(
            "Whoever runs the server can install what covers them: "
            "pip install -c constraints.txt -e '.[mask]'. Until then, staff can look at each."
        )
        return Light(title, NOTE, words, advice)
    if waiting.filter(mask=Photo.Mask.FAILED).exists():
        return Light(title, NOTE, words, _("Some could not be masked. Staff can look at each."))
    return Light(title, GOOD, words)


def _police() -> Light:
    title = _("Things at the police")
    if not settings.POLICE_API_KEY:
        return Light(title, GOOD, _("Not fetched: no key is set."))
    runs = PoliceFetch.objects.exclude(state=PoliceFetch.State.RUNNING)
    newest = runs.filter(service=POLICE).first()
    if newest is None:
        return Light(title, NOTE, _("Not fetched yet. The worker does it at night."))
    facts = ((_("Things"), str(PoliceFound.objects.there().count())),)
    day = date_format(timezone.localtime(newest.started_at), "SHORT_DATETIME_FORMAT")
    if newest.state == PoliceFetch.State.COMPLETE:
        is_old = newest.started_at < timezone.now() - FETCH_OVERDUE
        words = _("Fetched completely on %(day)s.") % {"day": day}
        return Light(title, BAD if is_old else GOOD, words, facts=facts)
    words = _("The last fetch, on %(day)s, was not complete: %(why)s. What was known before stays.")
    words %= {"day": day, "why": newest.get_problem_display()}
    advice = str(FETCH_ADVICE.get(newest.problem, ""))
    return Light(title, BAD, words, advice, facts, newest.detail)


def _emails() -> Light:
    count = Notification.objects.email_owed().count()
    words = ngettext("%(n)d is waiting to be sent.", "%(n)d are waiting to be sent.", count) % {
        "n": count
    }
    return Light(_("E-mails"), GOOD, words if count else _("All have been sent."))


LIGHTS: Final[tuple[Callable[[], Light], ...]] = (
    *(_worker, _model, _finder),
    *(_queue, _failed, _photographs, _police, _emails),
)
NEVER_BAD: Final = (_photographs,)  # not worth a query on every page of the office
