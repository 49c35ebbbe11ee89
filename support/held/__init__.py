"""What is held about an owner: read from every app, printed as JSON and as PDF, made by a worker."""
