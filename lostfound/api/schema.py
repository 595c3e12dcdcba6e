"""What every operation of the schema has, added in one place: common refusals, and examples."""

from http import HTTPStatus
from typing import Any, Final

from lostfound.api.examples import EXAMPLES, PARAMETERS
from lostfound.api.problems import CONTENT_TYPE

Schema = dict[str, Any]

# Code, sentence and meaning; codes that differ by operation are in the operation's own words.
REFUSALS: Final = {
    400: ("invalid", "Some fields are not right. Each is named under errors."),
    401: ("not_authenticated", "Authentication credentials were not provided."),
    403: ("permission_denied", "You do not have permission to perform this action."),
    404: ("not_found", "There is nothing at this address."),
    406: ("not_acceptable", "Could not satisfy the request Accept header."),
    409: ("conflict", "This is not possible in the present state."),
    410: ("too_old", "That is too long ago. Leave updated_since out, and keep what you get."),
    412: (
        "changed_meanwhile",
        "This has changed since you read it. Read it again, then change it.",
    ),
    415: ("unsupported_media_type", 'Unsupported media type "text/plain" in request.'),
    422: ("key_reused", "Another post was sent under this Idempotency-Key."),
    429: ("throttled", "Request was throttled. Expected available in 1200 seconds."),
    503: ("unavailable", "This does not work just now. Please try again in a few minutes."),
}


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
        refusals.add(415)
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
