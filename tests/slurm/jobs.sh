# shellcheck shell=bash
# Claim, with a SLURM of two nodes: a job that comes to its time limit requeues itself and ends complete, with the digest of
# an uninterrupted run; a preempted one too; one that is cancelled commits and is not requeued; one with a broken sweep file
# fails and is not requeued, nor is one whose launcher is not there; one that achieves nothing is requeued once, not for
# ever. A requeued job does not overwrite once more. submit.sh fills in ranks and time, and its job runs on both nodes, by
# srun and by mpirun. The jobs run beside each other: under two minutes, of which SLURM's shortest time limit is one.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/../shell.sh"
# shellcheck source=tests/slurm/cluster.sh
. "$here/cluster.sh"
start_cluster
jobs=$here/../../jobs
program=$SPECBIAS

# 120 trials of some 50 ms.
cat > sweep.yaml << 'END'
specbias: 1
name: requeued
target: {samples: 64, frequencies: [2, 5]}
model: {depth: 3, width: 8}
training: {steps: 4000}
record: {every: 1000}
axes:
  - seed: {from: 1, to: 60}
  - model.width: [8, 12]
END
# The program, held for 1.5 s in each of many rounds, but not after a requeue: a job that takes minutes, asleep, and then
# seconds.
cat > slow << END
#!/bin/sh
if [ "\$1" = run ] && [ "\${SLURM_RESTART_COUNT:-0}" -eq 0 ]; then
    export SPECBIAS_FAULT=pause:before-payload:1500
    set -- "\$@" --interval 0.02
fi
exec "$program" "\$@"
END
# A program that always stops early.
cat > stalling << 'END'
#!/bin/sh
[ "$1" != run ] || exit 75
END
chmod +x slow stalling

declare -A job # the number of each
# submit NAME LAUNCH PROGRAM SWEEP [option of sbatch]...: its log is NAME.log, its results are NAME.h5; $run: of specbias.
run=()
submit() {
    job[$1]=$(SPECBIAS_LAUNCH=$2 SPECBIAS=$3 sbatch --parsable -o "$1.log" "${@:5}" "$jobs/sweep.sbatch" "$4" -o "$1.h5" "${run[@]}") ||
        fail "sbatch refuses job $1"
}
has_begun() { # FILE
    [ "$(value 'done' "$1")" -gt 0 ] 2> /dev/null
}
is_over() { # NAME; its log is then in `out`
    cp "$1.log" out 2> /dev/null
    [[ $(field "${job[$1]}" JobState) =~ ^(COMPLETED|FAILED|CANCELLED|TIMEOUT|PREEMPTED)$ ]] && cp "$1.log" out
}
# ends SECONDS NAME STATE
ends() {
    awaits "$1" "job $2 ends" is_over "$2"
    [ "$(field "${job[$2]}" JobState)" = "$3" ] || fail "job $2 is $(field "${job[$2]}" JobState), not $3"
}
is_complete() { # NAME
    [ "$(digest "$1.h5")" = "$reference" ] || fail "the results of $1 differ from those of an uninterrupted run"
}

# SLURM sends the signal 15 to 45 s before the end. The program would stop by itself 6 s before, or for five of its rounds,
# which are seconds on a busy machine.
expect 0 "$program" run sweep.yaml -o limited.h5 --quiet --set seed=0 # another sweep
run=(--overwrite)
submit limited '' ./slow sweep.yaml -n 2 -w n1 --time=1 --signal=B:USR1@15
run=()
submit preempted mpirun ./slow sweep.yaml -n 2 -w n2 --time=10
submit cancelled_srun 'srun --mpi=pmix' ./slow sweep.yaml -n 2 -w n1 -p high --time=10
submit cancelled_mpirun mpirun ./slow sweep.yaml -n 2 -w n1 -p high --time=10
submit stalled '' ./stalling sweep.yaml -n 1 -w n1 --time=10
sed 's/depth: 3/deepth: 3/' sweep.yaml > broken.yaml
submit broken '' "$program" broken.yaml -n 1 -w n1 --time=10
submit unlaunched ./nowhere "$program" sweep.yaml -n 1 -w n1 --time=10

# submit.sh: ranks and time for a sweep of hours, which is not submitted; nothing for a broken one.
hours=(--set training.steps=100000000)
expect 0 "$jobs/submit.sh" sweep.yaml -p high --test-only -- "${hours[@]}"
says out '^requeued: 120 trials, '
ranks=$(sed -nE 's/^sbatch .* --ntasks=([0-9]+) .*/\1/p' out)
[[ $ranks -ge 10 && $ranks -le 120 ]] || fail "$ranks ranks for 120 trials that take hours on one"
expect 0 "$jobs/submit.sh" sweep.yaml -p high -n 7 --test-only -- "${hours[@]}"
planned=$(sed -nE 's/^about ([0-9]+:[0-9:]+) on 7 ranks .*/\1/p' out)
given=$(sed -nE 's/^sbatch .* --time=([0-9:]+) -p high -n 7 .*/\1/p' out)
awk -v planned="$planned" -v given="$given" 'function minutes(text) { split(text, part, ":"); return 60 * part[1] + part[2] }
    BEGIN { spare = minutes(given) - 1.5 * minutes(planned); exit !(spare >= 10 && spare <= 17) }' ||
    fail "$given for a sweep that is said to take $planned"
expect 0 "$jobs/submit.sh" sweep.yaml -n 7 --test-only -- "${hours[@]}"
says out '^sbatch .* --time=1:00:00 -n 7 '
says out 'the partition allows 1:00:00, after which the job requeues itself'
expect 2 "$jobs/submit.sh" broken.yaml -n 2
says err "broken.yaml:4:9: .*deepth"
! grep -q sbatch out || fail "a broken sweep is submitted"

expect 2 "$jobs/submit.sh" sweep.yaml -n 2 -- --kernels none
says err "^specbias: --kernels 'none'" # as plan says: it is asked about those that the run will use

# Two nodes, ranks and time from submit.sh.
for launch in srun mpirun; do
    wanted=mpirun
    [ $launch = mpirun ] || wanted=''
    SPECBIAS_LAUNCH=$wanted expect 0 "$jobs/submit.sh" sweep.yaml -N 2 -p high -o "two_$launch.log" -- -o "two_$launch.h5"
    says out '^sbatch --job-name=requeued --time=0:15:00 --ntasks=2 -N 2 '
    job[two_$launch]=$(sed -nE 's/^Submitted batch job ([0-9]+)$/\1/p' out)
done
expect 0 "$program" run sweep.yaml -o whole.h5 --quiet
reference=$(digest whole.h5)
for launch in srun mpirun; do
    ends 60 two_$launch COMPLETED
    says out ": $launch.* -n 2 "
    says out 'on 2 ranks, nodes n\[1-2\]'
    says out ': done: two_.*\.h5 is complete$'
    is_complete two_$launch
done

ends 60 broken FAILED
says out 'broken.yaml:4:9: .*deepth'
says out 'not requeued: bad sweep file'
[ "$(field "${job[broken]}" ExitCode) $(field "${job[broken]}" Restarts)" = "2:0 0" ] || fail "broken: $(field "${job[broken]}" ExitCode)"

ends 60 unlaunched FAILED
says out 'not requeued: exit code 127: the ranks did not start'

for name in cancelled_srun cancelled_mpirun; do
    awaits 100 "$name has begun" has_begun $name.h5
    scancel "${job[$name]}"
done
for name in cancelled_srun cancelled_mpirun; do
    ends 30 $name CANCELLED
    says out 'stopped early: [1-9][0-9]* trials are committed, [1-9][0-9]* are missing'
    says out 'not requeued by this script'
    "$program" status $name.h5 > out
    says out '^ended .*UTC'
    [ "$(field "${job[$name]}" Restarts)" = 0 ] || fail "$name: requeued"
    "$program" verify $name.h5 > out || fail "$name: damaged"
    says out ', [1-9][0-9]* missing, 0 damaged'
done

awaits 100 "the job to preempt has begun" has_begun preempted.h5
sbatch -o /dev/null -p high -w n2 --exclusive --time=1 --wrap 'sleep 1' > out || fail "sbatch"
for name in preempted limited; do
    ends 120 $name COMPLETED
    says out 'specbias: stopped early \((SIGUSR1|the time limit)\): [0-9]+ of 120 trials are done'
    says out 'requeued, to go on where it stopped'
    says out 'job [0-9]+: start 2 on 2 ranks'
    says out ': done: '
    [ "$(field "${job[$name]}" Restarts)" -ge 1 ] || fail "$name: not requeued"
    is_complete $name
done
[ "$(grep -c -- '-o limited.h5 --overwrite$' out)" = 1 ] || fail "not overwritten once"
ends 1 preempted COMPLETED
says out 'SIGUSR1 from SLURM'

ends 60 stalled FAILED
says out 'start 2 on 1 ranks'
says out 'not requeued: 2 runs in a row achieved nothing'
[ "$(field "${job[stalled]}" Restarts)" = 1 ] || fail "stalled: $(field "${job[stalled]}" Restarts) restarts"
