"""The file door: templates to fill in, the reader of what comes back, and the report on it."""
