"""Tags for the admin's first page."""

from django import template

from lostfound.models import OwnershipClaim
from matching.status.health import problem_count

register = template.Library()


@register.simple_tag
def health_problems() -> int:
    """The number of components that need attention."""
    return problem_count()


@register.simple_tag
def waiting_claim_count() -> int:
    """The number of claims of ownership that wait for the office."""
    return OwnershipClaim.objects.waiting().count()
