"""The model `Shelf` of native.rs in Django: saves a form, and prints what Django says of all rows."""

import json
import sys
from urllib.parse import urlparse

import django
from django.conf import settings

url = urlparse(sys.argv[1])
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.postgres"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": url.path[1:],
            "USER": url.username or "",
            "PASSWORD": url.password or "",
            "HOST": url.hostname or "",
            "PORT": url.port or "",
        }
    },
    USE_TZ=True,
    TIME_ZONE="UTC",
)
django.setup()

from django.contrib.postgres import fields  # noqa: E402
from django.core import serializers  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.forms import modelform_factory  # noqa: E402


class Shelf(models.Model):
    tags = fields.ArrayField(models.CharField(max_length=10), size=3, blank=True)
    counts = fields.ArrayField(models.IntegerField(), blank=True, null=True)
    prices = fields.ArrayField(
        models.DecimalField(max_digits=6, decimal_places=2), blank=True, null=True
    )
    days = fields.ArrayField(models.DateField(), blank=True, null=True)
    ages = fields.IntegerRangeField(blank=True, null=True)
    big = fields.BigIntegerRangeField(blank=True, null=True)
    span = fields.DecimalRangeField(blank=True, null=True)
    period = fields.DateRangeField(blank=True, null=True)
    slot = fields.DateTimeRangeField(blank=True, null=True)
    notes = fields.HStoreField(blank=True)

    class Meta:
        app_label = "club"
        db_table = "club_shelf"


def lookups(tests):
    found = {}
    for name, value in tests:
        rows = Shelf.objects.filter(**{name: value}).order_by("pk")
        found[name] = [row.pk for row in rows]
    return found


asked = json.load(sys.stdin)
form = modelform_factory(Shelf, fields="__all__")(asked["form"])
if form.is_valid():
    form.save()
wrong = modelform_factory(Shelf, fields="__all__")(asked["wrong"])
wrong.is_valid()
columns = [
    (field.column, field.db_type(connection)) for field in Shelf._meta.concrete_fields
]
print(
    json.dumps(
        {
            "columns": columns[1:],
            "errors": {name: " ".join(texts) for name, texts in form.errors.items()},
            "wrong": {name: " ".join(texts) for name, texts in wrong.errors.items()},
            "rows": json.loads(
                serializers.serialize("json", Shelf.objects.order_by("pk"))
            ),
            "lookups": lookups(asked["lookups"]),
        }
    )
)
