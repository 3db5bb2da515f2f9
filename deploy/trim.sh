#!/bin/sh
# Of an installed safl, takes away what a service and a queue never load: what trains, draws, studies and compares.
#
#   deploy/trim.sh node_modules/safl
set -eu
cd "$1"
[ -f dist/serve/service.js ] || { echo "$1: holds no built safl" >&2; exit 1; }
for part in evaluate loss study synth train; do rm -rf "dist/$part"; done
rm -rf fonts
# Of the command line two verbs stay, with what they share.
for file in dist/cli/*.js; do
  case ${file#dist/cli/} in
    main.js | serve.js | queue.js | queue-images.js | find-images.js) ;;
    arguments.js | progress.js | recognizer-options.js | stop-on-signal.js) ;;
    *) rm "$file" ;;
  esac
done
find dist -name '*.d.ts' -exec rm {} +
