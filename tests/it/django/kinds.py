import json
from base64 import b64decode
from datetime import timedelta

from django import forms
from django.core import serializers
from django.db import connection, models
from django.utils.dateparse import parse_duration

OURS = json.loads(OURS)


class Kinds(models.Model):
    length = models.DurationField(null=True, blank=True)
    raw = models.BinaryField(null=True)
    address = models.GenericIPAddressField(null=True, blank=True)

    class Meta:
        app_label = "catalog"
        db_table = "catalog_kinds"


class KindsForm(forms.ModelForm):
    class Meta:
        model = Kinds
        fields = "__all__"


def row(length, raw, address):
    return {
        "length": None if length is None else timedelta(microseconds=length),
        "raw": None if raw is None else b64decode(raw),
        "address": address,
    }


def typed(name, text):
    form = KindsForm({name: text})
    if form.is_valid():
        value = form.cleaned_data[name]
        return "" if value is None else str(value)
    return form.errors[name]


def found(lookup):
    name, value = lookup.split("=")
    if name.endswith("__isnull"):
        value = value == "True"
    elif name.startswith("length"):
        # SQLite's backend takes no text.
        value = parse_duration(value)
    return list(Kinds.objects.filter(**{name: value}).order_by("pk").values_list("pk", flat=True))


if OURS["act"] == "write":
    with connection.schema_editor() as editor:
        editor.create_model(Kinds)
    for values in OURS["rows"]:
        Kinds.objects.create(**row(*values))
seen = [
    {name: None if (value := getattr(kinds, name)) is None else str(bytes(value) if name == "raw" else value) for name in ("length", "raw", "address")}
    for kinds in Kinds.objects.order_by("pk")
]
fixture = [
    {name: value for name, value in item["fields"].items()}
    for item in json.loads(serializers.serialize("json", Kinds.objects.exclude(raw=None).order_by("pk")))
]
print(json.dumps({
    "seen": seen,
    "fixture": fixture,
    "fields": list(KindsForm().fields),
    "typed": [typed(*pair) for pair in OURS["typed"]],
    "found": [found(lookup) for lookup in OURS["found"]],
}))
