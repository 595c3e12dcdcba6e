"""What is noted and signed at a hand-over; never a number of an identity document."""

import base64
import binascii
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from PIL import Image

from lostfound.models import Handover, Item, OwnershipClaim
from lostfound.models.handover import MAX_SIGNATURE_BYTES
from lostfound.services.claims.collecting import is_delegated
from lostfound.services.post_fields import clean_text

TEXT_VERSION: Final = "2026-12"
MAX_SIGNATURE_PX: Final = 2000
MIN_DESCRIBED_CHARS: Final = 10
PNG_PREFIX: Final = "data:image/png;base64,"


@dataclass(frozen=True)
class Receipt:
    """What is noted about who received a thing, as it was typed; never a number of a document."""

    receiver_name: str = ""
    id_kind: str = ""
    name_agrees: bool = False
    contents_counted: bool = False
    signature: str = ""  # a data URL of a PNG
    typed_ack: str = ""
    described: str = ""  # of a walk-in, in their own words, before the thing was shown
    is_proxy: bool = False
    proxy_of: str = ""
    text: str = ""  # what was signed, if not the usual text for one thing


def receipt_text(count: int = 1) -> str:
    """What the receiver of one or several things signs, in the language of the page."""
    return ngettext(
        "I have received the thing named above from the lost-and-found office. It is mine, or I "
        "collect it for its owner. We have looked at its contents together, and nothing is "
        "missing.",
        "I have received the things named above from the lost-and-found office. They are mine, or "
        "I collect them for their owner. We have looked at their contents together, and nothing "
        "is missing.",
        count,
    )


def receipt_document(handover: Handover) -> str:
    """The receipt as a page of its own, in the current language, to print or to keep.

    The signed text stays as it was signed.
    """
    signature = base64.b64encode(bytes(handover.signature)).decode() if handover.signature else ""
    context = {
        "handover": handover,
        "item": handover.item,
        "signature": f"{PNG_PREFIX}{signature}" if signature else "",
    }
    return render_to_string("lostfound/email/receipt.html", context)


def as_receipt(values: Mapping[str, Any]) -> Receipt:
    """A receipt from the fields of a form or of a request."""
    known = Receipt.__dataclass_fields__.keys() - {"text"}
    return Receipt(**{name: value for name, value in values.items() if name in known})


def checked(item: Item, receipt: Receipt, claim: OwnershipClaim | None) -> dict[str, Any]:
    """The values of a hand-over.

    Raises: ValidationError
    """
    errors: dict[str, ValidationError] = {}
    texts = {
        name: clean_text(getattr(receipt, name), is_one_line=True)[:80]
        for name in ("receiver_name", "typed_ack", "proxy_of")
    }
    described = clean_text(receipt.described, is_one_line=False)[:2000]
    signature = None
    if not texts["receiver_name"]:
        errors["receiver_name"] = _missing(_("Who receives it?"))
    if receipt.id_kind not in Handover.IdKind.values:
        errors["id_kind"] = _missing(_("Which identity document did you see?"))
    if not receipt.name_agrees:
        errors["name_agrees"] = _missing(_("Please compare the name with the document."))
    if not receipt.contents_counted:
        errors["contents_counted"] = _missing(_("Please look at the contents together."))
    if claim is None and len(described) < MIN_DESCRIBED_CHARS:
        errors["described"] = _missing(_("Please write down how they described it."))
    if receipt.is_proxy and item.needs_two_people:
        message = _("Documents, cash and valuables are only handed to their owner.")
        errors["is_proxy"] = ValidationError(message, code="owner_only")
    elif receipt.is_proxy and not is_delegated(claim, texts["receiver_name"]):
        message = _("The owner has not named this person on the page of their claim.")
        errors["is_proxy"] = ValidationError(message, code="not_delegated")
    if receipt.signature:
        try:
            signature = read_signature(receipt.signature)
        except ValidationError as error:
            errors["signature"] = error
    elif not texts["typed_ack"]:
        errors["signature"] = _missing(_("Please let them sign, or type their name."))
    if errors:
        raise ValidationError(errors)
    return {
        **texts,
        "id_kind": receipt.id_kind,
        "is_proxy": receipt.is_proxy,
        "described": described,
        "signature": signature,
    }


def read_signature(data_url: str) -> bytes:
    """The signature as a PNG of one bit per pixel.

    Raises:
        ValidationError: it is empty, too large, or no PNG.
    """
    unreadable = ValidationError(_("This signature cannot be read. Please sign again."), "invalid")
    if not data_url.startswith(PNG_PREFIX) or len(data_url) > 4 * MAX_SIGNATURE_BYTES:
        raise unreadable
    try:
        raw = base64.b64decode(data_url.removeprefix(PNG_PREFIX), validate=True)
        if len(raw) > MAX_SIGNATURE_BYTES:
            raise unreadable
        with Image.open(io.BytesIO(raw), formats=["PNG"]) as image:
            if max(image.size) > MAX_SIGNATURE_PX:
                raise unreadable
            drawn = image.convert("RGBA")
    except (
        binascii.Error,
        ValueError,
        OSError,
        SyntaxError,
        Image.DecompressionBombError,
    ) as error:
        raise unreadable from error
    paper = Image.new("RGBA", drawn.size, "white")
    flat = Image.alpha_composite(paper, drawn).convert("L").point(lambda grey: 255 * (grey > 160))
    if flat.getextrema()[0] == 255:
        raise ValidationError(_("There is no signature. Please let them sign."), "required")
    out = io.BytesIO()
    flat.convert("1").save(out, "PNG", optimize=True)
    return out.getvalue()


def _missing(message: str) -> ValidationError:
    return ValidationError(message, code="required")
