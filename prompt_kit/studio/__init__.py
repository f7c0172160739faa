"""The page in the browser: it shows recipes as forms, makes orders, and draws what is stored; it decides nothing itself."""
