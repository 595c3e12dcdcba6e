"""Names of the admin site, and its door."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

admin.site.site_header = _("Campus lost and found: office")
admin.site.site_title = _("Lost-and-found office")
admin.site.index_title = _("What needs doing")
# One sign-in for everybody, so that its limits and the second factor hold here too.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
