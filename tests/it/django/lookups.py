from django.contrib.admin.utils import prepare_lookup_value
from django.db import connection, transaction

OURS = json.loads(OURS)


def found(lookup):
    name, value = lookup.split("=", 1)
    try:
        with transaction.atomic():
            rows = Sample.objects.filter(**{name: prepare_lookup_value(name, value)})
            return list(rows.order_by("pk").values_list("pk", flat=True))
    except Exception:
        return "refused"


with connection.schema_editor() as editor:
    editor.create_model(Sample)
for values in OURS["rows"]:
    Sample.objects.create(**values)
print(json.dumps([found(lookup) for lookup in OURS["lookups"]]))
