"""Scripts for whoever works on the console: python -m scripts.NAME."""
