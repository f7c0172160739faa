"""The page in the browser: it shows what the kit holds and makes orders, and does nothing else."""
