# Runs as PID 1 of an algorithm's own namespaces, makes the contract's paths true there, and becomes
# the algorithm. Standard input says "go", or ends when the agent is gone. Nothing outside changes.
#
# usage: sh -c SCRIPT heddle HOLD READY CAPABILITIES {SOURCE TARGET}... -- DIRECTORY COMMAND...
#   HOLD           an empty directory to mount on for a moment
#   READY          a file that is made once everything is in place
#   CAPABILITIES   the bounding set that the algorithm keeps, in setpriv's words
#   SOURCE TARGET  what appears where: directories or files
#   DIRECTORY      where the command starts
set -eu
umask 022
hold=$1 ready=$2 capabilities=$3
shift 3
ours=
mount -t proc -o nosuid,nodev,noexec proc /proc

show() {
  if [ -L "$1" ]; then
    cp -P "$1" "$2"
  elif [ -d "$1" ]; then
    mkdir "$2"
    mount --rbind "$1" "$2"
  elif [ -e "$1" ]; then
    : >"$2"
    mount --bind "$1" "$2"
  fi
}

show_all() {
  for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    show "$entry" "$2/${entry##*/}"
  done
}

# Lays a directory of our own over a directory: it shows all that was there, and more can be made.
open_directory() {
  if [ "$1" = / ]; then
    mount -t tmpfs -o mode=0755,nosuid,nodev heddle "$hold"
    # Else what shows the directory around it would show it again.
    mount --make-unbindable "$hold"
    show_all "" "$hold"
    mkdir "$hold/.heddle"
    cd "$hold"
    pivot_root . .heddle
    cd /
    umount -l /.heddle
    rmdir /.heddle
  else
    aside=$hold
    case $hold in "$1"/*) aside=/sys ;; esac
    mount --rbind "$1" "$aside"
    mount -t tmpfs -o mode=0755,nosuid,nodev heddle "$1"
    show_all "$aside" "$1"
    umount -l "$aside"
  fi
  ours="$ours:$1:"
}

# Makes a way to the target, and remembers what of it is our own.
make_way() {
  [ -d "$1" ] && case $ours in *":$1:"*) return ;; *) open_directory "$1"; return ;; esac
  parent=${1%/*}
  make_way "${parent:-/}"
  mkdir "$1"
  ours="$ours:$1:"
}

while [ "$1" != -- ]; do
  if [ ! -e "$2" ]; then
    way=${2%/*}
    make_way "${way:-/}"
    if [ -d "$1" ]; then mkdir "$2"; else : >"$2"; fi
  fi
  mount --rbind "$1" "$2"
  shift 2
done
shift
# Shared memory on the machine's own would outlive the algorithm.
if [ -d /dev/shm ]; then
  mount -t tmpfs -o mode=1777,nosuid,nodev shm /dev/shm
fi
cd "$1"
shift
read -r go || exit 125
: >"$ready"
exec </dev/null
exec setsid setpriv --bounding-set="$capabilities" --inh-caps=-all --ambient-caps=-all "$@"
