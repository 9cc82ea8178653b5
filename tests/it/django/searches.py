from datetime import datetime, timezone

from catalog.models import Category, Product
from orders.models import Order

shelf = Category.objects.create(name="Shelf", slug="shelf")


def product(number, name, description):
    return Product.objects.create(
        name=name, slug=f"thing-{number}", sku=f"SKU-{number:05}", description=description, price="11.00", stock=3,
        category=shelf,
    )


product(101, "Ärztelampe", "Für Ärzte in der Königstraße")
product(102, "Oak lamp", "100% oak_wood, \"quoted\"")
changed = product(103, "Forgotten", "Was a lamp")
gone = product(104, "Gone lamp", "Deleted again")
product(105, "Zürich bell", "RINGS LOUDLY, ÄRZTE LIKE IT")
Product.objects.filter(pk=changed.pk).update(name="Großer Schirm", description="Öffnet von selbst")
gone.delete()
at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
for number, email in enumerate(["jürgen.groß@example.com", "anna@example.com", "annabel@example.org"], 1):
    Order.objects.create(number=f"R{number:09}", email=email, status="paid", created_at=at)
Order.objects.filter(number="R000000003").update(email="bella@example.org")
