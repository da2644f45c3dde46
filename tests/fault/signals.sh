# Claim: SIGUSR1, SIGTERM and SIGINT to any rank, SIGUSR1 to mpirun and a limit of time end a run early on all ranks, with
# exit code 75, a last line that says how far it came, and everything finished committed; also inside a probe that would
# take minutes. The same command then completes it, to the digest of a run that was never stopped. A second SIGINT kills.
. "$(dirname "$0")/../shell.sh"
find_launcher

# 60 trials of some 40 ms.
cat > sweep.yaml << 'END'
specbias: 1
name: stopped
target: {samples: 64, frequencies: [2, 5]}
model: {depth: 3, width: 8}
training: {steps: 4000}
record: {every: 1000}
axes:
  - seed: {from: 1, to: 30}
  - model.width: [8, 12]
END
# One trial that is measured for some five minutes, among short ones.
cat > probe.yaml << 'END'
specbias: 1
name: probe
target: {samples: 64, frequencies: [2]}
model: {depth: 3}
training: {steps: 1}
record: {every: 1}
probes:
  perturbation: {magnitudes: [1], directions: 20000, at: last}
axes:
  - zip: {name: shape, seed: [1, 2, 3, 4], model.width: [2048, 2, 2, 2]}
END

# send SIGNAL PROCESS WHO: what `ends` then tells the answer to.
send() {
    sent="SIG$1 to $3" at=${EPOCHREALTIME/./}
    kill "-$1" "$2"
}

# ends CODE SECONDS: what was started ends with CODE, and before so many seconds.
ends() {
    local code=0
    for ((i = 0; i < 20 * $2; ++i)); do
        kill -0 "$runner" 2> /dev/null || break
        sleep 0.05
    done
    ! kill -0 "$runner" 2> /dev/null || fail "does not end within $2 s"
    wait "$runner" 2> /dev/null || code=$?
    runner=''
    [ "$code" -eq "$1" ] || fail "exit code $code, not $1"
    printf '%-32s exit code %3d after %5d ms\n' "$sent:" "$code" $(((${EPOCHREALTIME/./} - at) / 1000))
}

# is_resumable FILE REASON: the last line tells the reason, and as much as the file's status.
is_resumable() {
    local trials
    trials=$(($(value done "$1") + $(value missing "$1")))
    tail -n 1 err | grep -q "^specbias: stopped early ($2): $(value done "$1") of $trials trials are done\(, [1-9] more \(is\|are\) begun and saved\)\?; the same command resumes$" ||
        fail "the last line is not that of a run stopped by $2 with $(value done "$1") of $trials trials done"
    [ "$(value missing "$1")" -gt 0 ] || fail "nothing is missing: the signal came too late"
    "$SPECBIAS" verify "$1" > /dev/null || fail "verify finds a fault in $1"
}

expect 0 on 2 run sweep.yaml -o whole.h5
reference=$(digest whole.h5)

for ranks in 1 3 5; do
    victim=0
    for signal in USR1 TERM INT; do
        start "$ranks" sweep.yaml -o "part$ranks.h5"
        send "$signal" "${pids[victim]}" "rank $victim of $ranks"
        ends 75 30
        is_resumable "part$ranks.h5" "SIG$signal"
        victim=$(((victim + ranks / 2) % ranks))
    done
    expect 0 on "$ranks" run sweep.yaml -o "part$ranks.h5"
    [ "$(digest "part$ranks.h5")" = "$reference" ] || fail "stopped three times at $ranks ranks, the results differ"
done

if [ "$open_mpi" -gt 0 ]; then
    start 3 sweep.yaml -o all.h5
    send USR1 "$runner" "mpirun, 3 ranks"
    ends 75 30
    is_resumable all.h5 SIGUSR1
fi

# In a probe; the rank that gets the signal is in it, or waits for the one that is.
start 1 probe.yaml -o probe1.h5
sleep 0.5
send TERM "${pids[0]}" "rank 0 of 1, in a probe"
ends 75 20
is_resumable probe1.h5 SIGTERM
for victim in 0 2; do
    start 3 probe.yaml -o "probe3-$victim.h5" --interval 0.1
    sleep 1
    send TERM "${pids[victim]}" "rank $victim of 3, in a probe"
    ends 75 20
    is_resumable "probe3-$victim.h5" SIGTERM
done

# Limits of time: one given, and the end of a job.
expect 75 on 1 run probe.yaml -o limit.h5 --time-limit 0:03
is_resumable limit.h5 'the time limit'
SLURM_JOB_ID=1 SLURM_JOB_END_TIME=$(($(date +%s) + 4)) expect 75 on 1 run probe.yaml -o job.h5 --time-limit 1:00:00
is_resumable job.h5 'the end of the SLURM job'
SLURM_JOB_ID=1 SLURM_JOB_END_TIME=1 expect 0 on 1 run sweep.yaml -o past.h5 --set 'seed=[1]'
for wrong in 0 1:60 1:2:3:4 -1 5s 1: ''; do
    expect 2 "$SPECBIAS" run sweep.yaml -o wrong.h5 "--time-limit=$wrong"
    says err "time-limit '$wrong': give"
done

# A stop that cannot come to its end, because one rank does not answer: a second SIGINT ends the run.
start 2 sweep.yaml -o killed.h5
kill -STOP "${pids[1]}"
kill -INT "${pids[0]}"
sleep 1
kill -0 "$runner" || fail "the first SIGINT ended the run, or did not wait for the other rank"
send INT "${pids[0]}" "rank 0, the second"
ends $((128 + 2)) 20
