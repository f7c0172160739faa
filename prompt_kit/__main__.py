"""Makes ``python -m prompt_kit`` the command line."""

from prompt_kit.cli.main import main

main()
