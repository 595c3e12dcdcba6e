"""Generating the schema so that languages differ in its texts only."""

from typing import Any

from drf_spectacular.openapi import AutoSchema


class OneShapeSchema(AutoSchema):
    """A schema without titles.

    drf-spectacular takes titles from labels and omits those that only repeat the field's name: an
    English label mostly is omitted, a Korean one never, and a titled field is wrapped in `allOf`.
    Clients generated from either schema must be the same.
    """

    def _get_serializer_field_meta(self, field: Any, direction: str) -> dict[str, Any]:
        meta: dict[str, Any] = super()._get_serializer_field_meta(field, direction)  # type: ignore[no-untyped-call]
        meta.pop("title", None)
        return meta
