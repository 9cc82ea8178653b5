from itertools import chain

from catalog.models import Category, Product, Tag
from django.contrib.auth.models import User
from django.core.management import call_command
from orders.models import Order, OrderItem

for row in chain.from_iterable(model.objects.all() for model in (User, Category, Tag, Product, Order, OrderItem)):
    row.full_clean()
call_command("dumpdata", "auth.user", "catalog", "orders")
