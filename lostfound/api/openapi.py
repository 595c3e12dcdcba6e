"""How the schema is drawn: the same in every language but for its words."""

from typing import Any

from drf_spectacular.openapi import AutoSchema


class OneShapeSchema(AutoSchema):
    """Without titles, which are the labels of forms.

    drf-spectacular leaves a label out that is nothing but the field's name; so an English label is
    mostly left out and a Korean one never, and a field beside which a title stands is wrapped in
    an `allOf`. A client that is generated from either must be the same one.
    """

    def _get_serializer_field_meta(self, field: Any, direction: str) -> dict[str, Any]:
        meta: dict[str, Any] = super()._get_serializer_field_meta(field, direction)  # type: ignore[no-untyped-call]
        meta.pop("title", None)
        return meta
