import json

from django.contrib.auth.models import User
from django.test import Client

from catalog.models import Product
from orders.models import Order


def form_of(order):
    """The values of the admin's form of an order, with its only item."""
    item = order.items.get()
    return {
        "number": order.number, "customer": order.customer_id, "email": order.email, "status": order.status, "note": order.note,
        "total": order.total, "created_at_0": order.created_at.date(), "created_at_1": order.created_at.time(),
        "items-TOTAL_FORMS": 1, "items-INITIAL_FORMS": 1, "items-0-id": item.pk, "items-0-order": order.pk,
        "items-0-product": item.product_id, "items-0-quantity": item.quantity, "items-0-unit_price": item.unit_price,
    }


def post(path, fields):
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="alice"))
    reply = client.post(path, fields)
    form = reply.context and reply.context.get("adminform")
    assert reply.status_code == 302, (path, reply.status_code, form and form.errors)


def pay(order):
    post(f"/admin/orders/order/{order.pk}/change/", form_of(order) | {"status": "paid", "note": "Paid in cash"})


def copy(order):
    fields = form_of(order) | {"number": "BY-DJANGO", "items-INITIAL_FORMS": 0, "items-0-id": "", "items-0-order": ""}
    post("/admin/orders/order/add/", fields)


def delete(order):
    post(f"/admin/orders/order/{order.pk}/delete/", {"post": "yes"})


placed = Order.objects.order_by("id").first()
if ACT != "read":
    globals()[ACT](placed)
print(json.dumps([
    [
        order.customer.username, order.email, order.status, order.note, str(order.total),
        [[str(item.product), item.quantity, str(item.unit_price)] for item in order.items.all()],
    ]
    for order in Order.objects.order_by("id")
] + [Product.objects.get().stock]))
