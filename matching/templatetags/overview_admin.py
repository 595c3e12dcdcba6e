"""Tags for the admin's first page."""

from django import template

from matching.status.health import problem_count

register = template.Library()


@register.simple_tag
def health_problems() -> int:
    """The number of components that need attention."""
    return problem_count()
