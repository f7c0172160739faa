"""Makes the pages that follow from recipes, schemas, commands and docstrings, and prints the site."""
