"""What every operation of the schema has: common error responses, and examples."""

from http import HTTPStatus
from typing import Any, Final

from django.utils import translation

from lostfound.api import problem_types
from lostfound.api.examples import EXAMPLES, PARAMETERS
from lostfound.api.openapi import OneShapeSchema
from lostfound.api.problem_types import ProblemType
from lostfound.api.problems import CONTENT_TYPE
from lostfound.media.processing import BYTES_PER_MB, MAX_REQUEST_BYTES

Schema = dict[str, Any]

# One per status; where a status has several codes, this one is the example.
REFUSALS: Final = (
    problem_types.INVALID,
    problem_types.NOT_AUTHENTICATED,
    problem_types.NOT_ALLOWED,
    problem_types.NOT_FOUND,
    problem_types.NOT_ACCEPTABLE,
    problem_types.CONFLICT,
    problem_types.TOO_OLD,
    problem_types.CHANGED_MEANWHILE,
    problem_types.TOO_LARGE,
    problem_types.UNSUPPORTED_MEDIA_TYPE,
    problem_types.KEY_REUSED,
    problem_types.THROTTLED,
    problem_types.UNAVAILABLE,
)
VALUES: Final = {
    "size": MAX_REQUEST_BYTES // BYTES_PER_MB,
    "time": "15:00",
}  # placeholders in their details


class OperationSchema(OneShapeSchema):
    """One operation; adds 429 if a throttle of its view counts the method."""

    def get_operation(self, *args: Any) -> Schema | None:
        """See drf-spectacular."""
        operation: Schema | None = super().get_operation(*args)
        if operation is not None and self._is_limited():
            operation["responses"]["429"] = {"content": {CONTENT_TYPE: {}}}
        return operation

    def _is_limited(self) -> bool:
        """Whether any throttle counts this method; one without `counts` counts every method."""
        return any(
            throttle.counts(self.method) if hasattr(throttle, "counts") else True
            for throttle in self.view.get_throttles()
        )


def complete(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """Add the common error responses, and an example to everything.

    A hook of drf-spectacular (POSTPROCESSING_HOOKS), which defines the arguments.
    """
    result["components"]["responses"] = {_name(kind.status): _refusal(kind) for kind in REFUSALS}
    for methods in result["paths"].values():
        for method, operation in methods.items():
            _complete_operation(method, operation)
    return with_examples(result, EXAMPLES)


def with_examples(result: Schema, examples: dict[str, Any]) -> Schema:
    """Add an example to each component and to its page."""
    components = result["components"]["schemas"]
    for name, example in examples.items():
        components[name]["example"] = example
        if page := components.get(f"Paginated{name}List"):
            page["example"] = {"next": None, "previous": None, "results": [example]}
    return result


def _complete_operation(method: str, operation: Schema) -> None:
    for parameter in operation.get("parameters", []):
        parameter["example"] = PARAMETERS[parameter["name"]]
    responses = operation["responses"]
    refusals = {
        int(code)
        for code, response in responses.items()
        if CONTENT_TYPE in response.get("content", {})
    }
    refusals |= {406, 503}
    if "requestBody" in operation:
        refusals |= {413, 415}
    if method != "get":
        refusals.add(403)  # a browser's session without a CSRF token
    for code, response in responses.items():
        response["description"] = HTTPStatus(int(code)).phrase
    for status in refusals:
        responses[str(status)] = {"$ref": f"#/components/responses/{_name(status)}"}
    operation["responses"] = dict(sorted(responses.items()))


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "")


def _refusal(kind: ProblemType) -> Schema:
    with translation.override("en"):  # examples are the same in every language
        example = kind.body(kind.says(**VALUES))
    if kind.status == HTTPStatus.BAD_REQUEST:
        example["errors"] = EXAMPLES["Problem"]["errors"]
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {"description": kind.status.phrase, "content": {CONTENT_TYPE: content}}
