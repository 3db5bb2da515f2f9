#!/bin/sh
# Of an installed safl, takes away what a service never loads: what trains, draws, studies and compares.
#
#   deploy/trim.sh node_modules/safl
set -eu
cd "$1"
[ -f dist/serve/service.js ] || { echo "$1: holds no built safl" >&2; exit 1; }
for part in data evaluate loss study synth train; do rm -rf "dist/$part"; done
rm -rf fonts
find dist/cli -name '*.js' ! -name main.js ! -name serve.js ! -name arguments.js -exec rm {} +
find dist -name '*.d.ts' -exec rm {} +
