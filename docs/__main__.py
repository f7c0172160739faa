"""Makes the documentation: ``python -m docs`` the site, ``python -m docs quality`` the page that is checked in."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from prompt_kit.errors import PromptKitError


@click.command()
@click.argument("what", type=click.Choice(["site", "quality"]), default="site")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="The folder of the site.  [default: site]"
)
def main(what: str, out: Path | None) -> None:
    """Make the documentation's site, or write docs/prompt-quality.md anew."""
    from docs.build.site import QUALITY, ROOT, build, write_quality

    begun = time.monotonic()
    try:
        if what == "quality":
            changed = write_quality()
            click.echo(f"{QUALITY.relative_to(ROOT)} {'is written' if changed else 'was right already'}.", err=True)
            return
        site = (out or ROOT / "site").resolve()
        build(ROOT / ".cache" / "docs", site)
    except PromptKitError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    click.echo(f"The site is in {site} ({time.monotonic() - begun:.0f} s). Open index.html.", err=True)


if __name__ == "__main__":
    main()
