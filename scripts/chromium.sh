#!/bin/sh
# Prints the path of a Chromium for the tests of the page; gets one where there is none: by apt-get where we may, else
# the build that npm carries (@sparticuz/chromium, unpacked into build/chromium).
set -eu
for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
  [ -z "$name" ] || ! found=$(command -v "$name") || { echo "$found"; exit 0; }
done
here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
[ ! -x "$here/build/chromium/chromium" ] || { echo "$here/build/chromium/chromium"; exit 0; }
if command -v apt-get >/dev/null; then
  as=""; [ "$(id -u)" = 0 ] || as="sudo -n"
  if [ -z "$as" ] || $as true 2>/dev/null; then
    { $as apt-get update -q && $as env DEBIAN_FRONTEND=noninteractive apt-get install -qy chromium fonts-noto-cjk; } >&2 || true
    ! found=$(command -v chromium) || { echo "$found"; exit 0; }
  fi
fi
mkdir -p "$here/build/chromium"
cd "$here/build/chromium"
[ -f package.json ] || echo '{"private": true, "type": "module"}' > package.json
npm install --no-audit --no-fund --loglevel=error @sparticuz/chromium@149 >&2 || npm install --no-audit --no-fund --loglevel=error @sparticuz/chromium >&2
node -e 'import("@sparticuz/chromium").then(async ({ default: it }) => {
  const { copyFileSync, chmodSync } = await import("node:fs");
  copyFileSync(await it.executablePath(), "chromium"); chmodSync("chromium", 0o755); })' >&2
echo "$here/build/chromium/chromium"
