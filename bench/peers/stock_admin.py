"""The stock Django admin on the table of applications, as `admin.site.register` would have it."""

from django.contrib import admin
from django.urls import path

from registration.models import Application
from shumoos.urls import urlpatterns as portal

site = admin.AdminSite(name="stock")


@admin.register(Application, site=site)
class StockApplicationAdmin(admin.ModelAdmin):
    list_display = ["reference", "name_ar", "sector", "city", "submitted_at", "status"]
    list_filter = ["status"]
    list_per_page = 50
    list_select_related = ["sector", "city"]
    search_fields = ["reference", "licence_number", "name_ar", "name_en"]

    def has_view_permission(self, request, obj=None):
        return True


urlpatterns = [path("stock/", site.urls), *portal]
