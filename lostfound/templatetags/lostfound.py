"""Small pieces of markup that the pages share."""

from typing import Any, Final

from django import template
from django.templatetags.static import static
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from lostfound.models import Post, User
from lostfound.text.notifications import advice, headline
from lostfound.text.user_agents import device_name

register = template.Library()
register.filter("headline", headline)
register.filter("advice", advice)

# Families that icons.svg has a drawing for; any other one gets the parcel.
FAMILY_ICONS: Final = frozenset(
    {
        *("bags", "bottles", "cards", "clothes", "electronics", "eyewear", "instruments"),
        *("jewellery", "keys", "phones", "stationery", "toys", "umbrellas", "wallets"),
    }
)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A drawing of icons.svg, next to words that say the same."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("lostfound/icons.svg"),
        name,
    )


@register.simple_tag
def thing_icon(post: Post) -> SafeString:
    """The drawing of a post's family of things."""
    code = post.category.family.code if post.category else ""
    return icon(code if code in FAMILY_ICONS else "other")


@register.simple_tag
def drafts_owner(user: User) -> str:
    """A code by which a browser keeps a person's drafts apart; it names nobody."""
    return salted_hmac("lostfound.drafts", str(user.pk)).hexdigest()[:20]


@register.filter
def device(user_agent: str) -> str:
    """A device's name for people."""
    return device_name(user_agent)


@register.filter
def not_filled_by_browsers(markup: SafeString) -> SafeString:
    """A form as Django's admin writes it, into whose fields no browser puts old values back."""
    return mark_safe(markup.replace("<form ", '<form autocomplete="off" ', 1))


@register.inclusion_tag("lostfound/parts/picture.html")
def picture(post: Post, *, public: bool = False) -> dict[str, Any]:
    """The first small photograph, or a drawing that says why there is none.

    Args:
        public: whether anybody may be looking, so that a sensitive thing's photograph is left out.
    """
    photos = list(post.photos.all())
    is_hidden = bool(photos) and public and not post.shows_photos_in_public
    return {
        "post": post,
        "title": post.public_title if public else post.title,
        "photo": None if is_hidden or not photos else photos[0],
        "is_hidden": is_hidden,
    }
