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

# request HOST PORT METHOD PATH HEADER: the answer's first line, or nothing; 2: nothing here can ask.
request() {
  if has python3; then
    python3 -c 'import socket, sys
host, port, method, path, header = sys.argv[1:]
server = socket.create_connection((host, int(port)), 3)
server.settimeout(3)
lines = ["%s %s HTTP/1.0" % (method, path), "Host: " + host, header, "Content-Length: 0", "", ""]
server.sendall("\r\n".join(lines).encode())
print(server.makefile().readline())' "$@" 2> /dev/null
  elif has perl && perl -MIO::Socket::IP -e 1 > /dev/null 2>&1; then
    perl -MIO::Socket::IP -e 'my ($host, $port, $method, $path, $header) = @ARGV;
alarm 6;
my $server = IO::Socket::IP->new(PeerHost => $host, PeerPort => $port, Timeout => 3) or exit 1;
print $server "$method $path HTTP/1.0\r\nHost: $host\r\n$header\r\nContent-Length: 0\r\n\r\n";
print scalar <$server>;' "$@" 2> /dev/null
  elif has bash && has timeout; then
    timeout 5 bash -c 'exec 3<> "/dev/tcp/$0/$1" || exit 1
printf "%s %s HTTP/1.0\r\nHost: %s\r\n%s\r\nContent-Length: 0\r\n\r\n" "$2" "$3" "$0" "$4" >&3
IFS= read -r line <&3 && printf "%s\n" "$line"' "$@" 2> /dev/null
  elif has curl; then
    address=$1
    case $address in *:*) address="[$address]" ;; esac
    curl -s -m 5 --noproxy '*' -o /dev/null -w 'HTTP/1.1 %{http_code}\n' -X "$3" -H "$5" \
      "http://$address:$2$4" 2> /dev/null
  elif has nc; then
    printf '%s %s HTTP/1.0\r\nHost: %s\r\n%s\r\nContent-Length: 0\r\n\r\n' "$3" "$4" "$1" "$5" \
      | nc -w 5 "$1" "$2" 2> /dev/null | head -n 1
  else
    return 2
  fi
}

# metadata HOST PORT: one that answers, though with a refusal by a proxy or by the cloud, is out of reach.
metadata() {
  answer=$(request "$1" "$2" GET / 'Accept: */*')
  if [ $? -eq 2 ]; then
    say metadata "untried $1 $2"
    return
  fi
  case $answer in
    *' 401'*)
      # AWS gives out nothing without a token, which doesn't come through a network between.
      answer=$(request "$1" "$2" PUT /latest/api/token 'X-aws-ec2-metadata-token-ttl-seconds: 60')
      ;;
  esac
  case $answer in
    *' 401'* | *' 403'* | *' 50'* | *' 000'*) say metadata "not-reached $1 $2" ;;
    HTTP/*) say metadata "reached $1 $2" ;;
    *) say metadata "not-reached $1 $2" ;;
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
say interfaces "$(ls /sys/class/net 2> /dev/null | tr "\n" " ")"
say shm_kb "$(df -k /dev/shm 2> /dev/null | awk 'NR == 2 { print $2 }' 2> /dev/null)"
say gpus "$NVIDIA_VISIBLE_DEVICES"
say gpu_devices "$(ls /dev 2> /dev/null | grep '^nvidia[0-9]' | tr "\n" " ")"
#METADATA
say ended "$(date +%s)"
say done yes
