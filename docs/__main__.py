"""Makes the documentation's site: ``python -m docs``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from prompt_kit.errors import PromptKitError


@click.command()
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="The folder of the site.  [default: site]"
)
def main(out: Path | None) -> None:
    """Make the documentation's site."""
    from docs.build.site import ROOT, build

    begun = time.monotonic()
    try:
        site = (out or ROOT / "site").resolve()
        build(ROOT / ".cache" / "docs", site)
    except PromptKitError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(f"The site is in {site} ({time.monotonic() - begun:.0f} s). Open index.html.", err=True)


if __name__ == "__main__":
    main()
