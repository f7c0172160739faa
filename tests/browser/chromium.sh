#!/bin/sh
# Makes sure that there is a Chromium for the browser tests: installs Debian's where it may, says what to do where it may not.
[ -n "$CHROMIUM" ] && exit 0
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null && exit 0
done

advice="Install Chromium, or set CHROMIUM to the path of a Chromium or Chrome; then run make browser again."
command -v apt-get >/dev/null || { echo "There is no Chromium, and no apt-get to install it. $advice" >&2; exit 1; }
as_root=
if [ "$(id -u)" -ne 0 ]; then
  as_root="sudo -n"
  $as_root true 2>/dev/null || { echo "There is no Chromium, and installing it needs root. $advice" >&2; exit 1; }
fi

install() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null; }
echo "Installing Debian's Chromium (about 110 MB)." >&2
# A fresh machine has no list of packages, an old machine has a list whose files are gone from the server.
install 2>/dev/null || { $as_root apt-get update -qq && install; } || { echo "Chromium could not be installed. $advice" >&2; exit 1; }
