#!/bin/sh
# Installs the browsers for tests and screenshots, where this user may and the system has them.
set -eu
command -v chromedriver >/dev/null 2>&1 && command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "No Chromium here. To install it: sudo apt-get install chromium chromium-driver" >&2
  exit 0
fi
echo "Installing Chromium for the browser tests ..." >&2
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
  chromium chromium-driver fonts-dejavu-core fonts-noto-color-emoji >/dev/null
