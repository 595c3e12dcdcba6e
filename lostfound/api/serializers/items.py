"""Things as the office sees them, with claims, custody events and hand-overs."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lostfound.api.serializers.known_fields import KnownFieldsOnly
from lostfound.api.serializers.posts import CodeOut
from lostfound.models import (
    CustodyEvent,
    Handover,
    Item,
    Office,
    Post,
    StoragePlace,
    User,
)

REASON_CHARS = 200


class ItemOut(serializers.ModelSerializer[Item]):
    """A thing of an office."""

    code = serializers.CharField(source="shown_code", help_text="As printed on its label.")
    post = serializers.SlugRelatedField[Post](
        slug_field="public_id", read_only=True, allow_null=True
    )
    number = serializers.SerializerMethodField(help_text="Number of the post, such as LF-12.")
    office = CodeOut[Office]()
    place = CodeOut[StoragePlace]()  # type: ignore[type-var]

    class Meta:
        model = Item
        fields = (
            *("code", "state", "post", "number", "office", "place", "found_on", "received_at"),
            *("finder_rights", "value_band", "seal_no", "is_on_hold", "hold_reason"),
            *("has_name_inside", "police_due_on", "keep_until", "notice_on"),
        )
        read_only_fields = fields

    def get_number(self, item: Item) -> str:
        """Empty if the post is gone."""
        return item.post.number if item.post else ""


class CustodyEventOut(serializers.ModelSerializer[CustodyEvent]):
    """One event of a chain, without personal details."""

    actor = serializers.SlugRelatedField[User](
        slug_field="username", read_only=True, allow_null=True
    )
    office = CodeOut[Office]()
    from_place = CodeOut[StoragePlace]()  # type: ignore[type-var]
    to_place = CodeOut[StoragePlace]()  # type: ignore[type-var]
    hash = serializers.SerializerMethodField()

    class Meta:
        model = CustodyEvent
        fields = (
            *("seq", "at", "actor", "office", "kind", "from_state", "to_state"),
            *("from_place", "to_place", "ref", "hash"),
        )
        read_only_fields = fields

    def get_hash(self, event: CustodyEvent) -> str:
        """SHA-256 in hexadecimal."""
        return bytes(event.hash).hex()


class ReceiveIn(KnownFieldsOnly):
    """An announced thing that has arrived."""

    post = serializers.UUIDField(help_text="ID of the found post.")
    shelf = serializers.CharField(max_length=40, required=False, allow_blank=True)
    code = serializers.CharField(
        max_length=20, required=False, allow_blank=True, help_text="Of a label printed before."
    )
    brought_note = serializers.CharField(max_length=80, required=False, allow_blank=True)
    brought_contact = serializers.CharField(max_length=80, required=False, allow_blank=True)
    finder_rights = serializers.ChoiceField(choices=Item.FinderRights.choices, required=False)
    value_band = serializers.ChoiceField(choices=Item.ValueBand.choices, required=False)
    cash_amount = serializers.IntegerField(min_value=0, max_value=2**31 - 1, required=False)
    cash_currency = serializers.RegexField(r"^[A-Z]{3}\Z", required=False)
    seal_no = serializers.CharField(max_length=40, required=False, allow_blank=True)
    has_name_inside = serializers.BooleanField(required=False)
    second_by = serializers.SlugRelatedField(
        slug_field="username",
        queryset=User.objects.filter(is_staff=True, is_active=True),
        required=False,
        allow_null=True,
        help_text="Who counted a valuable together with the clerk.",
    )


class MoveIn(KnownFieldsOnly):
    """Where a thing is put."""

    shelf = serializers.CharField(max_length=40, allow_blank=True)


class ReasonIn(KnownFieldsOnly):
    """Why something is done."""

    reason = serializers.CharField(max_length=REASON_CHARS)


class CodeIn(KnownFieldsOnly):
    """What was scanned or typed."""

    code = serializers.CharField(max_length=200)


class ScanOut(serializers.Serializer[Any]):
    """What a code belongs to."""

    kind = serializers.ChoiceField(choices=["item", "claim"])
    item = ItemOut()
    claim = serializers.UUIDField(allow_null=True, help_text="Of a pick-up code.")


class HandoverIn(KnownFieldsOnly):
    """A hand-over: for the approved claim of the thing, or to a walk-in."""

    item = serializers.CharField(max_length=20, help_text="Code of the thing.")
    claim = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text=(
            "The approved claim that was checked, or null for a walk-in. If it is another one by "
            "now, the hand-over is refused."
        ),
    )
    more = serializers.ListField(
        child=serializers.CharField(max_length=20),
        required=False,
        max_length=9,
        help_text="Codes of more things for the same person; all are handed over, or none.",
    )
    receiver_name = serializers.CharField(max_length=80)
    id_kind = serializers.ChoiceField(
        choices=Handover.IdKind.choices, help_text="Kind of the document; never its number."
    )
    name_agrees = serializers.BooleanField()
    contents_counted = serializers.BooleanField()
    signature = serializers.CharField(
        max_length=200_000, required=False, allow_blank=True, help_text="A PNG as a data URL."
    )
    typed_ack = serializers.CharField(max_length=80, required=False, allow_blank=True)
    described = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    is_proxy = serializers.BooleanField(required=False)
    proxy_of = serializers.CharField(max_length=80, required=False, allow_blank=True)
    second_by = serializers.SlugRelatedField(
        slug_field="username",
        queryset=User.objects.filter(is_staff=True, is_active=True),
        required=False,
        allow_null=True,
    )


class HandoverOut(serializers.ModelSerializer[Handover]):
    """A hand-over with the number of its receipt."""

    item = serializers.CharField(source="item.shown_code")
    together = serializers.SerializerMethodField(
        help_text="Receipts of the other things that the same signature is for."
    )
    by = serializers.SlugRelatedField[User](slug_field="username", read_only=True)

    class Meta:
        model = Handover
        fields = (
            *("id", "receipt_no", "item", "receiver_name", "id_kind", "is_proxy", "by", "at"),
            *("together", "reversed_at"),
        )
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_together(self, handover: Handover) -> list[str]:
        """Their numbers."""
        return [other.receipt_no for other in handover.signed_together]
