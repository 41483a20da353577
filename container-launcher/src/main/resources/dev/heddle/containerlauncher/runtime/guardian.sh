# Kills what an algorithm without namespaces leaves behind. It runs in a session of its own, so that
# it outlives an agent that is killed with its process group. Standard input brings the algorithm's
# process id; when it ends, the algorithm has ended or the agent is gone.
#
# usage: sh -c SCRIPT heddle MARK
#   MARK  NAME=VALUE in the environment of everything the algorithm starts
mark=$1
leader=
while read -r line; do leader=$line; done

# In the algorithm's session, or marked: a process can leave the one and hide the other, seldom both.
survivors() {
  grep -lzxF -e "$mark" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3
  [ -n "$leader" ] || return 0
  for status in /proc/[0-9]*/stat; do
    read -r line <"$status" || continue
    # The command's name stands in parentheses and may hold anything.
    set -- ${line##*) }
    case $1 in Z | X) continue ;; esac
    if [ "$4" = "$leader" ]; then
      id=${status#/proc/}
      echo "${id%/stat}"
    fi
  done 2>/dev/null
}

rounds=0
while [ "$rounds" -lt 100 ]; do
  ids=$(survivors)
  [ -n "$ids" ] || exit 0
  kill -KILL $ids 2>/dev/null
  rounds=$((rounds + 1))
done
exit 1
