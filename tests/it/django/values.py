from django.core import serializers
from django.db import connection

OURS = json.loads(OURS)


def text(field, value):
    """The text of a value in Python, with times in UTC."""
    if value is None:
        return None
    if field.name == "moment":
        value = value.replace(tzinfo=None)
    return str(value)


if OURS["act"] == "write":
    with connection.schema_editor() as editor:
        editor.create_model(Sample)
    for values in OURS["rows"]:
        Sample.objects.create(**values)
rows = Sample.objects.order_by("pk")
print(json.dumps({
    "fixture": json.loads(serializers.serialize("json", rows)),
    "texts": [
        {field.name: text(field, getattr(row, field.name)) for field in Sample._meta.fields if field.name not in ("weight", "extra")}
        for row in rows
    ],
}))
