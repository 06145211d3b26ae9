"""The book: executed chapters and prose pages, one book a country, readable from a folder."""

from sohandbook.book.build import BookError, build

__all__ = ["BookError", "build"]
