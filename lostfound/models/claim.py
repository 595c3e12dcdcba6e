"""Claims of ownership: who says that a kept thing is theirs, and how the office judged it."""

import uuid
from typing import Final, Self

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lostfound.models.append_only import AppendOnly
from lostfound.models.category import Category, Family
from lostfound.models.coded import CodedModel
from lostfound.models.item import Item
from lostfound.models.post import Post

MAX_ANSWER_CHARS: Final = 500
DIGEST_CHARS: Final = 64


class CategoryPrompt(models.Model):
    """A question that everybody who claims a thing of this sort is asked.

    It belongs to a category or a family, never to a thing: a question about one thing would tell
    what is special about it.
    """

    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, null=True, blank=True, related_name="prompts"
    )
    family = models.ForeignKey(
        Family, on_delete=models.CASCADE, null=True, blank=True, related_name="prompts"
    )
    text_ko = models.CharField(_("question in Korean"), max_length=200)
    text_en = models.CharField(_("question in English"), max_length=200)
    position = models.PositiveIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("asked"), default=True)

    class Meta:
        verbose_name = _("question to claimants")
        verbose_name_plural = _("questions to claimants")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The question in the reader's language."""
        return CodedModel.in_language(self.text_ko, self.text_en)


class ClaimQuerySet(models.QuerySet["OwnershipClaim"]):
    """Filters for claims."""

    def live(self) -> Self:
        """Claims that may still lead to a hand-over."""
        return self.filter(state__in=OwnershipClaim.LIVE)

    def waiting(self) -> Self:
        """Claims that wait for the office."""
        return self.filter(state=OwnershipClaim.State.SUBMITTED)


class OwnershipClaim(models.Model):
    """One person's claim to one thing. `services.claims` changes it."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("being checked")
        ASKED = "asked", _("a question is open")
        APPROVED = "approved", _("ready for collection")
        REJECTED = "rejected", _("not confirmed")
        WITHDRAWN = "withdrawn", pgettext_lazy("claim", "withdrawn")
        SUPERSEDED = "superseded", _("closed")
        COLLECTED = "collected", _("collected")
        LAPSED = "lapsed", _("not collected in time")
        REVOKED = "revoked", _("taken back")

    LIVE: Final = (State.SUBMITTED, State.ASKED, State.APPROVED)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    item = models.ForeignKey(
        Item, on_delete=models.PROTECT, related_name="claims", verbose_name=_("thing")
    )
    claimant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="claims",
        verbose_name=_("claimant"),
    )
    lost_post = models.ForeignKey(
        Post,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="claims",
        verbose_name=_("lost post"),
    )
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.SUBMITTED, editable=False
    )
    story = models.TextField(_("story"), blank=True)
    flags = models.JSONField(_("evidence"), default=list)
    question = models.CharField(_("question"), max_length=200, blank=True)
    rounds = models.PositiveSmallIntegerField(default=0)  # how often a question was asked
    version = models.PositiveIntegerField(default=1)  # changes with everything a judge should see
    read_at = models.DateTimeField(_("read by the office"), null=True, blank=True)
    created_at = models.DateTimeField(_("sent"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    pickup_by = models.DateField(_("collect until"), null=True, blank=True)
    is_extended = models.BooleanField(_("extended"), default=False)
    reminders = models.PositiveSmallIntegerField(default=0)  # sent since the approval
    code_hash = models.CharField(max_length=DIGEST_CHARS, blank=True, db_index=True)
    code_expires_at = models.DateTimeField(null=True, blank=True)
    code_used_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim of ownership")
        verbose_name_plural = _("claims of ownership")
        ordering = ("-created_at", "-pk")
        indexes = [models.Index(fields=["claimant", "created_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "claimant"],
                condition=models.Q(state__in=("submitted", "asked", "approved")),
                name="one_live_claim_per_person",
            )
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """The claimant's page of this claim."""
        return reverse("lostfound:claim", args=[self.public_id])

    @property
    def number(self) -> str:
        """The number on the telephone, such as C-12."""
        return f"C-{self.pk}"

    @property
    def told_state(self) -> str:
        """The state in the words that its claimant reads: every refusal has the same."""
        is_refused = self.state in (self.State.REJECTED, self.State.REVOKED)
        return str(self.State.SUPERSEDED.label if is_refused else self.get_state_display())

    @property
    def has_photo(self) -> bool:
        """Whether its claimant added a photograph."""
        return hasattr(self, "photo")

    @property
    def is_live(self) -> bool:
        """Whether it may still lead to a hand-over."""
        return self.state in self.LIVE


class Delegation(models.Model):
    """Whom a claimant sends to collect a thing; only this person gets it."""

    claim = models.OneToOneField(
        OwnershipClaim, on_delete=models.CASCADE, related_name="delegation"
    )
    proxy_name = models.CharField(_("who collects it"), max_length=80)
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")

    def __str__(self) -> str:
        return self.proxy_name


class ClaimAnswer(AppendOnly):
    """An answer, sealed when it is sent. The question is kept as it was asked."""

    claim = models.ForeignKey(OwnershipClaim, on_delete=models.CASCADE, related_name="answers")
    prompt = models.ForeignKey(
        CategoryPrompt, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    question = models.CharField(max_length=200)
    text = models.TextField(_("answer"))
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.question


class ClaimVerdict(AppendOnly):
    """What one member of staff says about a claim, once per round."""

    class Decision(models.TextChoices):
        APPROVE = "approve", _("It is theirs")
        ASK = "ask", _("Ask once more")
        REJECT = "reject", _("It is not theirs")

    class Mark(models.TextChoices):
        AGREES = "agrees", _("agrees")
        PARTLY = "partly", _("partly")
        NO = "no", _("no")
        UNCLEAR = "unclear", _("unclear")

    claim = models.ForeignKey(OwnershipClaim, on_delete=models.CASCADE, related_name="verdicts")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("who")
    )
    round = models.PositiveSmallIntegerField(default=0)
    marks = models.JSONField(default=list)  # one of Mark for each hidden fact, in their order
    # The weight of the facts that agree, as a share of all of it; empty without facts.
    score = models.FloatField(_("agreement"), null=True, blank=True)
    decision = models.CharField(_("decision"), max_length=8, choices=Decision.choices)
    note = models.CharField(_("note"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "by", "round"], name="one_verdict_per_person_and_round"
            )
        ]

    def __str__(self) -> str:
        return f"{self.claim_id}: {self.decision}"

    @property
    def percent(self) -> int | None:
        """The weight of the facts that agree, in percent of all of it."""
        return None if self.score is None else round(100 * self.score)
