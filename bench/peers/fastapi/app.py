"""`GET /api/catalog/product/?page_size=50`: the same rows as the API of Nuages, with FastAPI and SQLAlchemy.

Environment: DATABASE_URL (sqlite:////path or postgres://…).
"""

import os
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel, ConfigDict, field_validator
from sqlalchemy import Column, ForeignKey, Numeric, Table, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship, selectinload

url = os.environ["DATABASE_URL"]
if url.startswith("sqlite"):
    url = url.replace("sqlite://", "sqlite+aiosqlite://", 1)
else:
    url = "postgresql+asyncpg://" + url.split("://", 1)[1]
Session = async_sessionmaker(create_async_engine(url), expire_on_commit=False)


class Base(DeclarativeBase):
    pass


links = Table(
    "catalog_product_tags",
    Base.metadata,
    Column("product_id", ForeignKey("catalog_product.id"), primary_key=True),
    Column("tag_id", ForeignKey("catalog_tag.id"), primary_key=True),
)


class Tag(Base):
    __tablename__ = "catalog_tag"
    id: Mapped[int] = mapped_column(primary_key=True)


class Product(Base):
    __tablename__ = "catalog_product"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    slug: Mapped[str]
    sku: Mapped[str]
    category: Mapped[int] = mapped_column("category_id")
    description: Mapped[str]
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    stock: Mapped[int]
    is_active: Mapped[bool]
    image: Mapped[str]
    released_on: Mapped[date | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    linked: Mapped[list[Tag]] = relationship(secondary=links, order_by=Tag.id)

    @property
    def tags(self):
        return [tag.id for tag in self.linked]

    @property
    def display(self):
        return self.name


class ProductOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str
    slug: str
    sku: str
    category: int
    description: str
    price: Decimal
    stock: int
    is_active: bool
    image: str | None
    released_on: date | None
    created_at: datetime
    updated_at: datetime
    tags: list[int]
    display: str

    @field_validator("image")
    @classmethod
    def no_image(cls, value):
        return value or None

    @field_validator("created_at", "updated_at")
    @classmethod
    def in_utc(cls, value):
        return value if value.tzinfo else value.replace(tzinfo=timezone.utc)


class Page(BaseModel):
    count: int
    next: str | None
    previous: str | None
    results: list[ProductOut]


async def session():
    async with Session() as db:
        yield db


app = FastAPI()


@app.get("/api/catalog/product/")
async def products(db: Annotated[AsyncSession, Depends(session)], page_size: Annotated[int, Query(ge=1, le=500)] = 50) -> Page:
    count = await db.scalar(select(func.count()).select_from(Product))
    rows = await db.scalars(select(Product).options(selectinload(Product.linked)).order_by(Product.name, Product.id).limit(page_size))
    following = f"/api/catalog/product/?page_size={page_size}&page=2" if count > page_size else None
    return Page(count=count, next=following, previous=None, results=[ProductOut.model_validate(row) for row in rows])
