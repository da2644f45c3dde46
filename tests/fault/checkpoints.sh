# Claim: a run that is stopped in the middle of its trials goes on from there on any number of ranks, ends with the digest of
# one that was never stopped, and no training step is done twice. What it leaves beside the results file in the meantime is at
# most two files; they are gone at the end, are not taken for those of a new file, and damage to them costs time, not results.
. "$(dirname "$0")/../shell.sh"
find_launcher

# 6 trials of some seconds, with mini-batches and records that a stop may fall into.
cat > sweep.yaml << 'END'
specbias: 1
name: long
target: {samples: 96, frequencies: [2, 5]}
model: {depth: 4}
training: {steps: 60000, batch: 64}
record: {every: 500}
probes:
  spectrum: {}
  spectral_norm: {}
axes:
  - seed: [1, 2, 3]
  - model.width: [24, 32]
END
total=$((6 * 60000))

beside() { # FILE: how many files of checkpoints it has
    find . -name "$1.checkpoint-*" | wc -l
}

# stopped RANKS: a run of part.h5 that gets SIGUSR1 once it has written a checkpoint.
stopped() {
    local code=0
    touch begun
    "${launch[@]}" "$1" "$SPECBIAS" run sweep.yaml -o part.h5 --interval 0.5 > out 2> err < /dev/null &
    for ((i = 0; i < 600; ++i)); do
        [ -z "$(find . -name 'part.h5.checkpoint-*' -newer begun)" ] || break
        sleep 0.05
    done
    kill -USR1 $!
    wait $! || code=$?
    [ $code -eq 75 ] || fail "on $1 ranks: exit code $code, not 75"
    says err "[1-9] more (is|are) begun and saved; the same command resumes"
    updates=$((updates + $(value updates part.h5)))
    [ "$(beside part.h5)" -ge 1 ] && [ "$(beside part.h5)" -le 2 ] || fail "$(beside part.h5) files of checkpoints"
}

expect 0 on 3 run sweep.yaml -o whole.h5
[ "$(beside whole.h5)" -eq 0 ] || fail "checkpoints are left of a run that was never stopped"
reference=$(digest whole.h5)
[ "$(value updates whole.h5)" -eq $total ] || fail "$(value updates whole.h5) updates, not $total"

updates=0
[ "$open_mpi" -gt 0 ] || skip "SIGUSR1 to mpirun reaches the ranks with Open MPI"
stopped 5
stopped 1
says err '5 go on from a checkpoint'
cp part.h5 half.h5
for each in part.h5.checkpoint-*; do cp "$each" "half.h5${each#part.h5}"; done
expect 0 on 3 run sweep.yaml -o part.h5
says err 'from a checkpoint'
updates=$((updates + $(value updates part.h5)))
[ "$(digest part.h5)" = "$reference" ] || fail "stopped at 5 and 1 ranks and resumed at 3, the results differ"
[ "$(beside part.h5)" -eq 0 ] || fail "checkpoints are left of a complete file"
[ $updates -eq $total ] || fail "$updates training steps in all runs, not $total: $((updates - total)) were done twice"

# Damaged states, heads and files that are cut short: the trials begin anew.
size=$(stat -c %s half.h5.checkpoint-0)
for damage in 'conv=notrunc seek=0' 'conv=notrunc seek=40' "conv=notrunc seek=$((size / 2))" "seek=$((size / 2))"; do
    cp half.h5 part.h5
    for i in 0 1; do
        cp half.h5.checkpoint-$i part.h5.checkpoint-$i
        # shellcheck disable=SC2086
        printf '\377\0\377\1' | dd of=part.h5.checkpoint-$i bs=1 $damage status=none
    done
    expect 0 on 2 run sweep.yaml -o part.h5
    [ "$(digest part.h5)" = "$reference" ] || fail "checkpoints damaged by dd $damage: the results differ"
    [ "$(beside part.h5)" -eq 0 ] || fail "checkpoints are left of a complete file"
done

# Those of a file that is replaced, where ranks that judged this for themselves would wait for each other for ever; and of
# one that is not there any more, of another sweep.
cp half.h5 part.h5
for i in 0 1; do cp half.h5.checkpoint-$i part.h5.checkpoint-$i; done
expect 0 on 3 run sweep.yaml -o part.h5 --overwrite
! grep -q checkpoint err || fail "a new file takes up what is not its own"
[ "$(digest part.h5)" = "$reference" ] || fail "in place of a file with checkpoints, the results differ"
rm -f part.h5
for i in 0 1; do cp half.h5.checkpoint-$i part.h5.checkpoint-$i; done
expect 0 on 1 run sweep.yaml -o part.h5 --set 'seed=[1]' --set training.steps=500
! grep -q checkpoint err || fail "a new file takes up what is not its own"
[ "$(beside part.h5)" -eq 0 ] || fail "checkpoints of a file that was removed are left"
