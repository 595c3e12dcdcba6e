"""What every operation of the schema has, added in one place: common refusals, and examples."""

from http import HTTPStatus
from typing import Any, Final

from lostfound.api.examples import EXAMPLES, PARAMETERS
from lostfound.api.openapi import OneShapeSchema
from lostfound.api.problems import CONTENT_TYPE

Schema = dict[str, Any]

# Code, sentence and meaning; codes that differ by operation are in the operation's own words.
REFUSALS: Final = {
    400: ("invalid", "Some fields are not right. Each is named under errors."),
    401: ("not_authenticated", "Please sign in first."),
    403: ("permission_denied", "You may not do this."),
    404: ("not_found", "There is nothing at this address."),
    406: ("not_acceptable", "Answers come as JSON alone. Please send Accept: application/json."),
    409: ("conflict", "This is not possible in the present state."),
    410: ("too_old", "That is too long ago. Leave updated_since out, and keep what you get."),
    412: (
        "changed_meanwhile",
        "This has changed since you read it. Read it again, then change it.",
    ),
    413: ("too_large", "The request is larger than 51 MB."),
    415: (
        "unsupported_media_type",
        "This kind of content is not read here. Please send JSON, or multipart/form-data where "
        "photographs go along.",
    ),
    422: ("key_reused", "Another post was sent under this Idempotency-Key."),
    429: ("throttled", "That was a lot within this hour. Please try again in 20 minutes."),
    503: ("unavailable", "This does not work just now. Please try again in a few minutes."),
}


class OperationSchema(OneShapeSchema):
    """One operation; what a throttle of its view can answer is said by the throttle itself."""

    def get_operation(self, *args: Any) -> Schema | None:
        """See drf-spectacular."""
        operation: Schema | None = super().get_operation(*args)
        if operation is not None and self._is_limited():
            operation["responses"]["429"] = {"content": {CONTENT_TYPE: {}}}
        return operation

    def _is_limited(self) -> bool:
        """Whether any throttle counts this method; one that does not say so counts all."""
        return any(
            throttle.counts(self.method) if hasattr(throttle, "counts") else True
            for throttle in self.view.get_throttles()
        )


def complete(result: Schema, generator: Any, request: Any, public: bool) -> Schema:
    """Add the refusals that any operation may answer with, and an example to everything.

    A hook of drf-spectacular (POSTPROCESSING_HOOKS); the arguments are its own.
    """
    result["components"]["responses"] = {
        _name(status): _refusal(status, code, detail) for status, (code, detail) in REFUSALS.items()
    }
    for methods in result["paths"].values():
        for method, operation in methods.items():
            _complete_operation(method, operation)
    return with_examples(result, EXAMPLES)


def with_examples(result: Schema, examples: dict[str, Any]) -> Schema:
    """Give components their example, and pages of them theirs."""
    components = result["components"]["schemas"]
    for name, example in examples.items():
        components[name]["example"] = example
        if page := components.get(f"Paginated{name}List"):
            page["example"] = {"next": None, "previous": None, "results": [example]}
    return result


def _complete_operation(method: str, operation: Schema) -> None:
    for parameter in operation.get("parameters", []):
        parameter["example"] = PARAMETERS[parameter["name"]]
    answers = operation["responses"]
    refusals = {
        int(code) for code, said in answers.items() if CONTENT_TYPE in said.get("content", {})
    }
    refusals |= {406, 503}
    if "requestBody" in operation:
        refusals |= {413, 415}
    if method != "get":
        refusals.add(403)  # of a browser's session without its CSRF token
    for code, said in answers.items():
        said["description"] = HTTPStatus(int(code)).phrase
    for status in refusals:
        answers[str(status)] = {"$ref": f"#/components/responses/{_name(status)}"}
    operation["responses"] = dict(sorted(answers.items()))


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "")


def _refusal(status: int, code: str, detail: str) -> Schema:
    example = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase.capitalize(),
        "status": status,
        "code": code,
        "detail": detail,
    }
    if status == HTTPStatus.BAD_REQUEST:
        example["errors"] = EXAMPLES["Problem"]["errors"]
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {"description": HTTPStatus(status).phrase, "content": {CONTENT_TYPE: content}}
