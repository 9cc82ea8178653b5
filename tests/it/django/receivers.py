from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import signals

from catalog.models import Category, Product, Tag
from orders.models import Order, OrderItem

category = Category.objects.create(name="Goods", slug="goods")
tags = [Tag.objects.create(name=name, slug=name) for name in ("red", "green", "blue")]
before = {}


def pre_save(sender, instance, **kwargs):
    print(f"before_save {instance.name} created={instance.pk is None}")


def post_save(sender, instance, created, **kwargs):
    was = before.get(instance.pk, "")
    before[instance.pk] = instance.name
    print(f"after_save {instance.name} created={created} before={was} key={instance.pk is not None}")
    name = instance.name
    transaction.on_commit(
        lambda: print(
            f"after_commit {name} created={created} by nobody from webmaster@localhost"
        )
    )


def m2m(sender, action, pk_set, **kwargs):
    print(f"m2m_changed {action} {len(pk_set)}")


def pre_delete(sender, instance, **kwargs):
    print(f"before_delete {sender._meta.model_name} {instance.pk}")


def post_delete(sender, instance, **kwargs):
    print(f"after_delete {sender._meta.model_name} {instance.pk}")


signals.pre_save.connect(pre_save, sender=Product, weak=False)
signals.post_save.connect(post_save, sender=Product, weak=False)
signals.m2m_changed.connect(m2m, sender=Product.tags.through, weak=False)
for model in (Order, OrderItem):
    signals.pre_delete.connect(pre_delete, sender=model, weak=False)
    signals.post_delete.connect(post_delete, sender=model, weak=False)

with transaction.atomic():
    product = Product.objects.create(name="Lamp", slug="lamp", sku="lamp", price="1.00", category=category)
    product.tags.set(tags[:1])
with transaction.atomic():
    product.name = "Torch"
    product.save()
    product.tags.set(tags[1:])

order = Order.objects.create(number="A1", email="a@example.com")
for _ in range(2):
    OrderItem.objects.create(order=order, product=product, unit_price="1.00")
order.delete()
