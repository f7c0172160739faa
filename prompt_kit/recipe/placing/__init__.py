"""Where things stand: places as data and in words, the areas of a recipe, and the layout of each turn."""
