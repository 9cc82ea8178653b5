import json
from datetime import date, datetime, timezone
from decimal import Decimal

from catalog.models import Category, Product

COLUMNS = [field.attname for field in Product._meta.fields]


def write(row):
    row["price"] = Decimal(row["price"])
    row["released_on"] = row["released_on"] and date.fromisoformat(row["released_on"])
    times = {name: datetime.fromisoformat(row.pop(name)) for name in ("created_at", "updated_at")}
    product = Product(**row)
    product.full_clean(validate_unique=False)
    product.save(force_insert=True)
    Product.objects.filter(pk=product.pk).update(**times)


def read(product):
    row = {name: getattr(product, name) for name in COLUMNS}
    assert isinstance(row["price"], Decimal)
    row.update(price=str(row["price"]), image=str(row["image"]))
    row["released_on"] = row["released_on"] and row["released_on"].isoformat()
    for name in ("created_at", "updated_at"):
        assert row[name].tzinfo == timezone.utc
        row[name] = row[name].isoformat(timespec="microseconds")
    return row


if ACT == "write":
    Category.objects.create(id=1, name="Sweets", slug="sweets")
    for row in json.loads(ROWS):
        write(row)
else:
    print(json.dumps([read(product) for product in Product.objects.order_by("id")]))
