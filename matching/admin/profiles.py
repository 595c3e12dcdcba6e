"""Scoring profiles in the admin: which one is current, and what each was built from."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from lostfound.admin.read_only import ReadOnlyMixin
from matching.core.calibration import channels_of
from matching.core.weights import OVERLAP
from matching.models import StoredProfile


@admin.register(StoredProfile)
class StoredProfileAdmin(ReadOnlyMixin, admin.ModelAdmin[StoredProfile]):
    """Read-only, because the worker and commands build the versions."""

    list_display = ("id", "is_current", "origin", "posts", "created_at", "fingerprint")
    list_filter = ("is_current", "origin")
    list_per_page = 50
    show_full_result_count = False
    fields = (
        *("id", "is_current", "origin", "created_at", "fingerprint"),
        *("made_from", "true_pairs", "loss_patterns"),
        *("calibrated", "adopted", "weighs", "learnt"),
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("data")

    @admin.display(description=_("posts"))
    def posts(self, stored: StoredProfile) -> str:
        """Numbers of open lost and found posts."""
        return f"{stored.built_from.get('lost', 0)} + {stored.built_from.get('found', 0)}"

    @admin.display(description=_("built from"))
    def made_from(self, stored: StoredProfile) -> SafeString:
        """All counts."""
        return _rows(stored.built_from.items())

    @admin.display(description=_("true pairs, by channel"))
    def true_pairs(self, stored: StoredProfile) -> SafeString:
        """Mean and deviation of their normalised similarity."""
        channels = stored.profile.matching.items()
        return _rows((name, f"{one.mean:.2f} ± {one.sd:.2f}") for name, one in channels)

    @admin.display(description=_("loss patterns"))
    def loss_patterns(self, stored: StoredProfile) -> SafeString:
        """Shares and delays estimated from the posts."""
        loss_patterns = vars(stored.profile.loss_patterns).items()
        return _rows((name, f"{value:.2f}") for name, value in loss_patterns)

    @admin.display(description=_("learnt from open posts"))
    def calibrated(self, stored: StoredProfile) -> SafeString | str:
        """How much each term is worth here, compared with a cold start."""
        calibration = stored.profile.calibration
        rows = [
            *((name, f"× {slope:.2f}") for name, slope in calibration.slopes.items()),
            *((f"{name} +", f"{tail:.2f}") for name, tail in calibration.tails.items()),
            *(
                (OVERLAP + ": " + ", ".join(channels_of(pattern)), f"{-value:+.2f}")
                for pattern, value in enumerate(calibration.overlap)
                if value
            ),
        ]
        return _rows(rows) if rows else "–"

    @admin.display(description=_("why"))
    def adopted(self, stored: StoredProfile) -> SafeString | str:
        """For each round of learning from open posts, why it was adopted or refused."""
        rounds = stored.profile.calibration.report.get("rounds", [])
        if not rounds:
            return str(_("nothing is learnt from so few open posts"))
        return _rows(enumerate(map(_round, rounds), 1))

    @admin.display(description=_("weights"))
    def weighs(self, stored: StoredProfile) -> SafeString:
        """Weights by term, and the evidence of absent terms if it was learnt."""
        evidence_weights = stored.evidence_weights
        return _rows(
            [
                *((name, f"{value:.2f}") for name, value in evidence_weights.weights.items()),
                *(
                    (f"{name}: –", f"{value:+.2f}")
                    for name, value in evidence_weights.missing.items()
                ),
                ("scale", f"{evidence_weights.scale:.2f}"),
                ("bias", f"{evidence_weights.bias:+.2f}"),
            ]
        )

    @admin.display(description=_("learning report"))
    def learnt(self, stored: StoredProfile) -> SafeString | str:
        """The stage, the decisions, and the measurements that led to its promotion."""
        measured = [(name, _figure(value)) for name, value in stored.report.items()]
        return _rows(measured) if measured else "–"


def _round(step: dict[str, Any]) -> str:
    words = (
        _("adopted: lost posts held back are likelier (%(learnt)s; cold start %(cold)s)")
        if step["is_adopted"]
        else _("refused: lost posts held back are not clearly likelier (cold start %(cold)s)")
    )
    return words % {"learnt": f"{step['likelihood']:.2f}", "cold": f"{step['cold']:.2f}"}


def _figure(value: Any) -> str:
    if isinstance(value, dict):
        # PostgreSQL does not keep the order of keys; "before" comes first.
        ordered = sorted(value.items(), key=lambda item: (item[0] != "before", item[0]))
        return ", ".join(f"{name} {_figure(one)}" for name, one in ordered)
    if isinstance(value, list):
        return ", ".join(map(_figure, value))
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _rows(pairs: Any) -> SafeString:
    return format_html_join("", "<code>{}</code> {}<br>", ((name, value) for name, value in pairs))
