"""Starts the command line, as ``prompt-kit`` and as ``python -m prompt_kit``."""

import sys


def main() -> None:
    """Run the command line; who stops it while it is still being loaded reads one word."""
    try:
        from prompt_kit.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
