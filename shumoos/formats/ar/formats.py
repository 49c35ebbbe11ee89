"""Numbers in Arabic pages are written as those in letters and amounts are: 10,000.50."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
