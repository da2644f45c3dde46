# Claim: a rank that is stopped (SIGSTOP) for longer than --watchdog is named with its host, trial and step, be it rank 0 or
# another, and nobody else is; after SIGCONT it is reported back and the run completes with the digest of an undisturbed
# one. Arguments: seconds for which it is stopped, and the limit of the watchdog.
. "$(dirname "$0")/../shell.sh"
stopped=${1:-6}
limit=${2:-3}

# 6 trials of some 2 s each.
cat > sweep.yaml << 'END'
specbias: 1
name: stopped
target: {samples: 64, frequencies: [2, 5]}
model: {depth: 3, width: 16}
training: {steps: 300000}
record: {every: 300000}
axes:
  - seed: {from: 1, to: 6}
END

cpu_ticks() { # PROCESS, in hundredths of a second
    local fields
    read -ra fields < "/proc/$1/stat" || fail "process $1 is gone"
    echo $((fields[13] + fields[14]))
}

# In a second of CPU time the rank has come to a trial, however busy the machine is. The others go on, then wait for it in
# a round or at the end.
stop_and_continue() { # RANK
    local file=stopped$1.h5 begin now named code=0
    start 3 sweep.yaml -o "$file" --interval 5 --watchdog "$limit"
    begin=$(cpu_ticks "${pids[$1]}") || exit 1
    now=$begin
    until [ $((now - begin)) -ge 100 ]; do
        sleep 0.05
        now=$(cpu_ticks "${pids[$1]}") || exit 1
    done
    kill -STOP "${pids[$1]}"
    sleep "$stopped"
    kill -CONT "${pids[$1]}"
    wait "$runner" || code=$?
    runner=''
    [ $code -eq 0 ] || fail "rank $1 stopped and continued: exit code $code"
    says err "^specbias: rank $1 on $(uname -n) has not been heard of for [0-9]+ s, since 20[^,]*, when it was at trial [0-5] \(seed=[1-6]\), step [0-9]+\."
    says err "^specbias: rank $1 on $(uname -n) is back after [0-9]+ s$"
    named=$(grep -E 'not been heard of|is back' err | grep -vc "rank $1 ")
    [ "$named" -eq 0 ] || fail "not only rank $1 is named"
    [ "$(digest "$file")" = "$reference" ] || fail "with rank $1 stopped for $stopped s, the results differ"
    grep 'rank' err
}

expect 0 on 2 run sweep.yaml -o whole.h5
reference=$(digest whole.h5)
[ -n "$reference" ] || fail "no digest"
stop_and_continue 0
stop_and_continue 1
