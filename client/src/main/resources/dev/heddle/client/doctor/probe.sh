#!/bin/sh
# What an algorithm finds on a node, for `heddle doctor`: lines KEY=VALUE, into the model and the log.
base=${SAGEMAKER_BASE_DIR:-/opt/ml}
config=$(cat "$base/input/config/resourceconfig.json") || exit 3
host=${config#*\"current_host\"*\"}
host=${host%%\"*}

say() {
  printf 'heddle-doctor %s=%s\n' "$1" "$2"
  printf '%s=%s\n' "$1" "$2" >> "$base/model/$host.txt"
}

has() {
  command -v "$1" > /dev/null 2>&1
}

# connect HOST PORT: 0 reached, 1 not reached, 2 nothing here that can try.
connect() {
  if has python3; then
    python3 -c 'import socket, sys
socket.create_connection((sys.argv[1], int(sys.argv[2])), 3)' "$1" "$2" > /dev/null 2>&1 || return 1
  elif has perl && perl -MIO::Socket::IP -e 1 > /dev/null 2>&1; then
    perl -MIO::Socket::IP -e 'exit !IO::Socket::IP->new(PeerHost => $ARGV[0], PeerPort => $ARGV[1], Timeout => 3)' \
      "$1" "$2" > /dev/null 2>&1 || return 1
  elif has bash && has timeout; then
    timeout 3 bash -c ': < "/dev/tcp/$0/$1"' "$1" "$2" > /dev/null 2>&1 || return 1
  elif has curl; then
    address=$1
    case $address in *:*) address="[$address]" ;; esac
    curl -s -m 3 --noproxy '*' -o /dev/null "http://$address:$2/"
    case $? in 5 | 6 | 7 | 28) return 1 ;; esac
  elif has nc; then
    nc -w 3 "$1" "$2" < /dev/null > /dev/null 2>&1 || return 1
  else
    return 2
  fi
}

# metadata HOST PORT
metadata() {
  connect "$1" "$2"
  case $? in
    0) say metadata "reached $1 $2" ;;
    1) say metadata "not-reached $1 $2" ;;
    *) say metadata "untried $1 $2" ;;
  esac
}

say time "$(date +%s)"
say uid "$(id -u 2> /dev/null)"
case $(cat /proc/mounts 2> /dev/null) in
  *" /opt/ml "*) say mounted yes ;;
  *) say mounted no ;;
esac
if (: > "$base/output/data/doctor") 2> /dev/null && rm "$base/output/data/doctor"; then
  say writable yes
else
  say writable no
fi
say interfaces "$(ls /sys/class/net 2> /dev/null | tr '\n' ' ')"
say shm_kb "$(df -k /dev/shm 2> /dev/null | awk 'NR == 2 { print $2 }' 2> /dev/null)"
say gpus "$NVIDIA_VISIBLE_DEVICES"
say gpu_devices "$(ls /dev 2> /dev/null | grep '^nvidia[0-9]' | tr '\n' ' ')"
#METADATA
say done yes
