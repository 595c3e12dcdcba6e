"""What the office's first page asks about the whole."""

from django import template

from matching.status.health import problem_count

register = template.Library()


@register.simple_tag
def health_problems() -> int:
    """How many parts of the comparison somebody should mend."""
    return problem_count()
