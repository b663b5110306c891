#!/bin/sh
# Installs the browsers for tests and screenshots, and the shells whose completion is tested, where
# this user may and the system has them.
set -eu
packages="chromium chromium-driver firefox-esr webkit2gtk-driver xvfb xsettingsd
  gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
  gstreamer1.0-libav gstreamer1.0-gl fonts-dejavu-core fonts-noto-color-emoji poppler-utils fish zsh"

if ! command -v apt-get >/dev/null 2>&1; then
  echo "The browser tests need chromium, firefox-esr and WebKitGTK with their drivers, as Debian has them." >&2
  exit 0
fi
missing=""
for package in $packages; do
  dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ]; then
  echo "Some browsers and shells are not here. To install them: sudo apt-get install$missing" >&2
  exit 0
fi
echo "Installing for the tests:$missing ..." >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # one word each
apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 $missing >/dev/null
