"""From areas and people by class to the rows and columns of the reporting tables.

Each function returns a frame with the columns that ``data/prais_forms.yml`` gives the table,
in km², thousand persons or percent, without rounding.
"""

from sohandbook.reporting_tables.confidence import confidence
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
from sohandbook.reporting_tables.land_degradation import (
    candidates,
    confusion,
    false_results,
    recall_and_precision,
    sdg_15_3_1,
    site_shares,
    status_assessment,
    status_matrix,
)

__all__ = [
    "candidates",
    "change",
    "compare_status",
    "confidence",
    "confusion",
    "country_areas",
    "degradation_processes",
    "dynamics_by_land_cover",
    "extent",
    "false_results",
    "largest_change",
    "legend_areas",
    "matrices",
    "matrix",
    "national_legend",
    "population",
    "recall_and_precision",
    "sdg_15_3_1",
    "site_shares",
    "soil_factors",
    "status_assessment",
    "status_by_period",
    "status_matrix",
    "stock_by_class",
]
