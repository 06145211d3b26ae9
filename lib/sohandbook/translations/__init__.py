"""Translations: reading the catalogues, and keeping them in step with the English texts."""
