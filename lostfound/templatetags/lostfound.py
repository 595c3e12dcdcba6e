"""Small pieces of markup for all pages."""

from typing import Any, Final

from django import template
from django.templatetags.static import static
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from lostfound.models import Post, User
from lostfound.text.days import days_of
from lostfound.text.notifications import advice, headline
from lostfound.text.user_agents import device_name

register = template.Library()
register.filter("days", days_of)
register.filter("headline", headline)
register.filter("advice", advice)

# Families with an icon of their own in icons.svg; the others share one.
FAMILY_ICONS: Final = frozenset(
    {
        *("bags", "bottles", "cards", "clothes", "electronics", "eyewear", "instruments"),
        *("jewellery", "keys", "phones", "stationery", "toys", "umbrellas", "wallets"),
    }
)


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of icons.svg; decorative, because the text next to it says the same."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("lostfound/icons.svg"),
        name,
    )


@register.simple_tag
def thing_icon(post: Post) -> SafeString:
    """The icon of a post's family of categories."""
    code = post.category.family.code if post.category else ""
    return icon(code if code in FAMILY_ICONS else "other")


@register.simple_tag
def drafts_owner(user: User) -> str:
    """An anonymous key under which a browser stores a person's drafts."""
    return salted_hmac("lostfound.drafts", str(user.pk)).hexdigest()[:20]


@register.filter
def device(user_agent: str) -> str:
    """A readable device name."""
    return device_name(user_agent)


@register.filter
def not_filled_by_browsers(markup: SafeString) -> SafeString:
    """A form of Django's admin that browsers do not fill with old values."""
    return mark_safe(markup.replace("<form ", '<form autocomplete="off" ', 1))


@register.inclusion_tag("lostfound/parts/picture.html")
def picture(post: Post, *, public: bool = False) -> dict[str, Any]:
    """The first thumbnail, or an icon that says why there is none.

    Args:
        public: whether the page is public, so that photographs of sensitive things and those that
            still have to be masked are hidden.
    """
    photos = list(post.photos.all())
    shown = post.public_photos if public else photos
    return {
        "post": post,
        "title": post.public_title if public else post.title,
        "photo": shown[0] if shown else None,
        "is_hidden": bool(photos) and not shown,
    }
