"""Things at the police and at other institutions, as their open data lists them; never posts."""

import base64

from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lostfound.models.category import Category
from lostfound.models.post import Colour


class PoliceFetch(models.Model):
    """One run that read a list: what it read and how it ended. Nothing of a run holds the key."""

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        COMPLETE = "complete", _("complete")
        PARTIAL = "partial", _("partial")
        STOPPED = "stopped", _("stopped")

    class Problem(models.TextChoices):
        KEY = "key", _("the key was refused")
        QUOTA = "quota", _("the limit of the day is reached")
        REQUEST = "request", _("our request was refused")
        ANSWER = "answer", _("the answer could not be read")
        INTERRUPTED = "interrupted", _("interrupted")

    service = models.CharField(_("service"), max_length=12)
    region = models.CharField(_("region"), max_length=6)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RUNNING)
    problem = models.CharField(_("problem"), max_length=11, choices=Problem.choices, blank=True)
    detail = models.CharField(_("details"), max_length=300, blank=True)
    pages = models.PositiveIntegerField(_("pages"), default=0)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    total = models.PositiveIntegerField(_("rows in the list"), default=0)
    added = models.PositiveIntegerField(_("added"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    expired = models.PositiveIntegerField(_("expired"), default=0)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    # While a task of the worker reads a part of the list; the next one goes on where it ended.
    busy_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("fetch from the police")
        verbose_name_plural = _("fetches from the police")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.service} {self.first_day}–{self.last_day}: {self.state}"


class PoliceFoundQuerySet(models.QuerySet["PoliceFound"]):
    """Filters for things at the police."""

    def there(self) -> "PoliceFoundQuerySet":
        """Things that the newest list still has."""
        return self.filter(gone_at=None)


class PoliceFound(models.Model):
    """A thing at a police station or another institution, by its key in the open data."""

    class Service(models.TextChoices):
        POLICE = "police", _("police")
        INSTITUTION = "institution", _("other institutions")

    service = models.CharField(_("service"), max_length=12, choices=Service.choices)
    atc_id = models.CharField(_("number"), max_length=20)
    fd_sn = models.PositiveIntegerField(_("part"), default=1)
    title = models.CharField(_("title"), max_length=200)
    name = models.CharField(_("thing"), max_length=100, blank=True)
    class_name = models.CharField(_("police class"), max_length=80, blank=True)
    police_class = models.CharField(_("code of the class"), max_length=8, blank=True)
    category = models.ForeignKey(
        Category,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
    )
    colour_name = models.CharField(_("colour in the list"), max_length=40, blank=True)
    colour = models.CharField(_("colour"), max_length=10, choices=Colour.choices, blank=True)
    found_on = models.DateField(_("found on"))
    station = models.CharField(_("kept at"), max_length=100, blank=True)
    region = models.CharField(_("region"), max_length=6)
    image_url = models.URLField(max_length=200, blank=True)
    # From the detail, which is only read for likely things.
    organisation = models.CharField(_("organisation"), max_length=100, blank=True)
    telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    place_kind = models.CharField(_("kind of place"), max_length=100, blank=True)
    status_name = models.CharField(_("status in the list"), max_length=40, blank=True)
    detail_at = models.DateTimeField(null=True, blank=True)
    content_hash = models.CharField(max_length=64)
    seen_in = models.ForeignKey(
        PoliceFetch, on_delete=models.SET_NULL, null=True, related_name="seen"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    gone_at = models.DateTimeField(_("no longer listed"), null=True, blank=True)

    objects = PoliceFoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("thing at the police")
        verbose_name_plural = _("things at the police")
        ordering = ("-found_on", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["service", "atc_id", "fd_sn"], name="one_row_per_thing_at_the_police"
            )
        ]
        indexes = [
            models.Index(fields=["service", "region", "found_on"]),
            models.Index(fields=["gone_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.atc_id}-{self.fd_sn} {self.title}"

    def get_absolute_url(self) -> str:
        """Its page in the admin."""
        return reverse("admin:lostfound_policefound_change", args=[self.pk])

    @property
    def text(self) -> str:
        """The words that describe the thing, as they are embedded."""
        named = self.name if self.name and self.name not in self.title else ""
        colour = self.colour_name if self.colour_name not in self.title else ""
        parts = (self.title, named, self.class_name.replace(">", " "), colour)
        return "\n".join(part.strip() for part in parts if part.strip())

    @property
    def data_url(self) -> str:
        """Its small photograph as a data URL, since it has no address; empty without one."""
        try:
            jpeg = bytes(self.photo.jpeg)
        except ObjectDoesNotExist:
            return ""
        return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()

    @property
    def kept_at(self) -> str:
        """The station or institution that has it."""
        return self.organisation or self.station


class PolicePhoto(models.Model):
    """The small photograph of a thing, masked. In the database: there are fifty a night at most."""

    found = models.OneToOneField(PoliceFound, on_delete=models.CASCADE, related_name="photo")
    jpeg = models.BinaryField()
    content_hash = models.CharField(max_length=64)  # sha256 of `jpeg`
    url = models.URLField(max_length=200)  # where it was fetched

    class Meta:
        verbose_name = _("photograph of a thing at the police")
        verbose_name_plural = _("photographs of things at the police")

    def __str__(self) -> str:
        return str(self.found_id)
