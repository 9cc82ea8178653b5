import json
import re
from datetime import timedelta

from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.templatetags.admin_list import results
from django.contrib.auth.models import User
from django.db import connection, models
from django.test import Client
from django.test.utils import setup_test_environment
from django.utils.html import strip_tags

OURS = json.loads(OURS)


class Kinds(models.Model):
    length = models.DurationField(null=True, blank=True)
    raw = models.BinaryField(null=True)
    address = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        app_label = "catalog"
        db_table = "catalog_kinds"
        verbose_name_plural = "kindss"


@admin.register(Kinds)
class KindsAdmin(admin.ModelAdmin):
    list_display = ["id", "length", "address"]
    list_filter = ["length", "address"]
    search_fields = ["address"]


def write():
    with connection.schema_editor() as editor:
        editor.create_model(Kinds)
    for length, raw, address in OURS["rows"]:
        Kinds.objects.create(
            length=None if length is None else timedelta(microseconds=length),
            raw=None if raw is None else raw.encode(),
            address=address,
        )


def seen(client, query):
    """The cells of each row, and the links of the filters."""
    reply = client.get(f"/admin/catalog/kinds/?{query}")
    if reply.status_code != 200:
        return "refused"
    changelist = reply.context["cl"]
    filters = [
        choice["query_string"]
        for spec in changelist.filter_specs
        for choice in spec.choices(changelist)
        if choice["query_string"] != "?"
    ]
    rows = [[strip_tags(cell) for cell in row][2:] for row in results(changelist)]
    return {"rows": rows, "filters": filters}


def change(client, pk, fields):
    reply = client.post(f"/admin/catalog/kinds/{pk}/change/", {**fields, "_save": "1"})
    entry = LogEntry.objects.latest("id")
    kinds = Kinds.objects.get(pk=pk)
    return [reply.status_code, entry.change_message, str(kinds.length), str(kinds.address)]


setup_test_environment()
write()
client = Client(headers={"host": "localhost"}, raise_request_exception=False)
client.force_login(User.objects.get(username="alice"))
answers = {query: seen(client, query) for query in OURS["queries"]}
changes = [change(client, pk, fields) for pk, fields in OURS["changes"]]
print(json.dumps({"lists": answers, "changes": changes}))
