"""The catalog in the admin."""

from django.contrib import admin

from .models import Category, Product, Tag


class SlugFromName(admin.ModelAdmin):
    prepopulated_fields = {"slug": ["name"]}
    search_fields = ["name"]


@admin.register(Tag)
class TagAdmin(SlugFromName):
    list_display = ["name", "slug"]


@admin.register(Category)
class CategoryAdmin(SlugFromName):
    list_display = ["name", "slug", "parent"]
    list_select_related = ["parent"]


@admin.register(Product)
class ProductAdmin(SlugFromName):
    # The list.
    list_display = ["name", "sku", "category", "price", "stock", "is_active", "released_on"]
    list_editable = ["price", "stock"]
    list_filter = ["is_active", "category", "released_on"]
    list_select_related = ["category"]
    search_fields = ["name", "sku", "description"]
    date_hierarchy = "released_on"
    actions = ["make_active", "make_inactive"]
    # The form.
    fieldsets = [
        (None, {"fields": ["name", "slug", "sku", "category", "tags", "description", "image"]}),
        ("Sales", {"fields": ["price", "stock", "is_active", "released_on"]}),
        ("Dates", {"fields": ["created_at", "updated_at"], "classes": ["collapse"]}),
    ]
    autocomplete_fields = ["category"]
    filter_horizontal = ["tags"]
    readonly_fields = ["created_at", "updated_at"]
    save_as = True

    @admin.action(description="Mark selected products as active")
    def make_active(self, request, products):
        self.message_user(request, f"{products.update(is_active=True)} products marked as active.")

    @admin.action(description="Mark selected products as inactive")
    def make_inactive(self, request, products):
        self.message_user(request, f"{products.update(is_active=False)} products marked as inactive.")
