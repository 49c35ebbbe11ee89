"""The project, and the ground floor that every app stands on."""
