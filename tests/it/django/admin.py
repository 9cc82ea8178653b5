import json
from base64 import b64decode

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from catalog.models import Category, Product, Tag

CATALOG = "/admin/catalog/"
GIVEN = ["change_product", "view_order", "view_product"]


def send(client, path, **fields):
    reply = client.post(path, fields)
    form = reply.context and reply.context.get("adminform")
    assert reply.status_code == 302, (path, reply.status_code, form and form.errors)


def write():
    """What the test does by hand at the other site, in the same order."""
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="alice"))
    send(client, CATALOG + "category/add/", name="Kettles", slug="kettles", description="", parent="")
    for tag in ("steel", "new"):
        send(client, CATALOG + "tag/add/", name=tag, slug=tag)
    product = dict(
        name="Whistler", slug="whistler", sku="W/1", category="1", tags=["1", "2"], description="Two\r\nlines",
        price="30", stock="5", is_active="on", released_on="2026-11-20",
    )
    image = SimpleUploadedFile("a whistler.png", b64decode(PICTURE), "image/png")
    send(client, CATALOG + "product/add/", image=image, **product)
    send(client, CATALOG + "product/add/", **product | {"slug": "second", "sku": "W/2", "name": "Second <b>", "tags": []})
    product |= {"price": "31.50", "tags": ["2"], "released_on": ""}
    send(client, CATALOG + "product/1/change/", **product)
    send(client, CATALOG + "product/1/change/", **product)
    send(client, CATALOG + "product/2/change/", **product | {"slug": "second", "sku": "W/2", "name": "Gone", "tags": []})
    send(client, CATALOG + "product/2/delete/", post="yes")
    permissions = [str(row.pk) for row in Permission.objects.filter(codename__in=GIVEN)]
    send(client, "/admin/auth/group/add/", name="clerks", permissions=permissions)


def read():
    product = Product.objects.get()
    clerks = Group.objects.get()
    bob = User.objects.get(username="bob")
    bob.groups.add(clerks)
    with product.image.open() as file:
        content = file.read().hex()
    return {
        "product": [
            product.pk, product.name, product.slug, product.sku, product.category.name, product.description, str(product.price),
            product.stock, product.is_active, str(product.released_on), [tag.name for tag in product.tags.all()],
            product.image.name, product.image.width, content, product.created_at < product.updated_at,
        ],
        "rest": [list(Category.objects.values_list()), list(Tag.objects.order_by("id").values_list())],
        "clerks": [clerks.name, sorted(clerks.permissions.values_list("codename", flat=True))],
        "bob": sorted(bob.get_all_permissions()),
        "log": [
            [
                entry.user.username, entry.content_type.model, entry.object_id, entry.object_repr, entry.action_flag,
                entry.change_message, entry.get_change_message(), entry.get_admin_url(),
            ]
            for entry in LogEntry.objects.order_by("id")
        ],
    }


if ACT == "write":
    write()
print(json.dumps(read()))
