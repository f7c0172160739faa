"""The page in the browser: recipes as forms, orders, and what is stored; it decides nothing itself."""
