"""Numbers in Arabic pages are as in letters and amounts, 10,000.50; moments have the day first."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
DATETIME_FORMAT = "j F Y، H:i"
TIME_FORMAT = "H:i"
TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S"]
