"""From areas and people by class to the rows and columns of the reporting tables.

Each function returns a frame with the columns that ``data/prais_forms.yml`` gives the table,
in km², thousand persons or percent, without rounding.
"""

from sohandbook.reporting_tables.country_profile import (
    country_areas,
    population,
)
from sohandbook.reporting_tables.land_condition import (
    compare_status,
    dynamics_by_land_cover,
    soil_factors,
    status_by_period,
    stock_by_class,
)
from sohandbook.reporting_tables.land_cover import (
    change,
    degradation_processes,
    extent,
    largest_change,
    legend_areas,
    matrices,
    matrix,
    national_legend,
)

__all__ = [
    "change",
    "compare_status",
    "country_areas",
    "degradation_processes",
    "dynamics_by_land_cover",
    "extent",
    "largest_change",
    "legend_areas",
    "matrices",
    "matrix",
    "national_legend",
    "population",
    "soil_factors",
    "status_by_period",
    "stock_by_class",
]
