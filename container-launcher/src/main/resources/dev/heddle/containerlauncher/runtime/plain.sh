# Becomes the algorithm where it can have no namespaces of its own. Standard input says "go", or ends
# when the agent is gone.
#
# usage: sh -c SCRIPT heddle READY DIRECTORY COMMAND...
set -eu
umask 022
ready=$1
cd "$2"
shift 2
read -r go || exit 125
: >"$ready"
exec </dev/null
exec "$@"
