"""Hidden facts of things over the API, for staff."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from lostfound import services
from lostfound.api.items import READ_ERRORS, OfficeItems, item_of
from lostfound.api.problems import problems
from lostfound.api.serializers.facts import HiddenFactsIn, HiddenFactsOut
from lostfound.http import signed_in
from lostfound.models import AccessLog, Item
from lostfound.services.claims.facts import facts_of
from lostfound.services.items.facts import Fact, digest_of, set_facts


class FactsView(OfficeItems):
    """The hidden facts of a thing."""

    @extend_schema(
        operation_id="office_items_facts", responses={200: HiddenFactsOut, **READ_ERRORS}
    )
    def get(self, request: Request, code: str) -> Response:
        """Read the hidden facts. Access is logged, and whoever read them cannot claim the thing."""
        return self.shown(request, item_of(code))

    @extend_schema(
        operation_id="office_items_facts_replace",
        request=HiddenFactsIn,
        responses={200: HiddenFactsOut, **READ_ERRORS, **problems(409)},
    )
    def put(self, request: Request, code: str) -> Response:
        """Replace the hidden facts; refused if somebody else has changed them since."""
        item = item_of(code)
        data = HiddenFactsIn(data=request.data)
        data.is_valid(raise_exception=True)
        sent = data.validated_data
        facts = [Fact(**row) for row in sent["facts"]]
        set_facts(item, actor=signed_in(request), facts=facts, seen=sent["version"])
        return self.shown(request, item_of(code))

    @staticmethod
    def shown(request: Request, item: Item) -> Response:
        """The facts of a thing; reading them is logged."""
        if item.post is not None:
            services.log_access(signed_in(request), AccessLog.What.POST, [item.post])
        facts = facts_of(item)
        return Response(HiddenFactsOut({"version": digest_of(facts), "facts": facts}).data)
