"""The files that a country hands on: maps, workbook, JSON, SDMX, licence register."""
