# Claim: run trains what is missing and nothing else; it refuses another sweep; --overwrite starts anew.
. "$(dirname "$0")/../shell.sh"
sweep=$here/sweep.yaml

expect 0 "$SPECBIAS" run "$sweep"
says out '^6 trials done in .* by 1 of 1 ranks, efficiency '
says out '^results: small.h5$'
[ "$(value 'done' small.h5)" = 6 ] || fail "status does not count 6 trials"
expect 0 "$SPECBIAS" verify small.h5
says out '6 trials: 6 done, 0 failed, 0 missing, 0 damaged'
reference=$(digest small.h5)
[ -n "$reference" ] || fail "no digest"

# A complete file: nothing is trained, nothing is written.
before=$(md5sum < small.h5)
expect 0 "$SPECBIAS" run "$sweep" --resume
says out 'small.h5 is complete: all 6 trials'
[ "$(md5sum < small.h5)" = "$before" ] || fail "a run on a complete file changed it"

# A slot whose bytes have changed: verify finds it, run trains it again, and the results are what they were.
if command -v h5dump > /dev/null; then
    offset=$(h5dump -p -H -d /loss small.h5 | sed -nE 's/^ *OFFSET ([0-9]+)$/\1/p')
    [ -n "$offset" ] || fail "h5dump does not say where /loss lies"
    printf '\001\002\003\004' | dd of=small.h5 bs=1 seek="$offset" conv=notrunc status=none || fail "dd"
    expect 74 "$SPECBIAS" verify small.h5
    says out '5 done, 0 failed, 0 missing, 1 damaged|6 done, 0 failed, 0 missing, 1 damaged'
    says err 'trial 0'
    expect 0 "$SPECBIAS" run "$sweep"
    says err 'training 1 trial on 1 rank; 5 are done already'
    expect 0 "$SPECBIAS" verify small.h5
    [ "$(digest small.h5)" = "$reference" ] || fail "trained again, a damaged trial has other results"
    before=$(md5sum < small.h5)
fi

# Another sweep is refused and the file kept.
expect 2 "$SPECBIAS" run "$sweep" --set training.steps=41
says err 'training.steps|another sweep|different sweep'
[ "$(md5sum < small.h5)" = "$before" ] || fail "a refused run changed the file"
expect 0 "$SPECBIAS" run "$sweep" --set training.steps=41 --overwrite --quiet
[ ! -s out ] && [ ! -s err ] || fail "--quiet speaks"
[ "$(digest small.h5)" != "$reference" ] || fail "another sweep has the same digest"

# A file that is none of ours is refused, also by status and verify.
head -c 4096 /dev/urandom > garbage.h5
expect 74 "$SPECBIAS" run "$sweep" -o garbage.h5
expect 74 "$SPECBIAS" status garbage.h5
expect 74 "$SPECBIAS" verify garbage.h5

# A run that is killed after a commit leaves a part; the next trains the rest, to the same bits, on another number of
# ranks. The sweep is made long enough to be caught in the middle: 80 trials of some 30 ms.
long=(--set 'seed={from: 1, to: 40}' --set training.steps=3000 --set record.every=1000)
expect 0 "$SPECBIAS" run "$sweep" -o whole.h5 "${long[@]}"
"$SPECBIAS" run "$sweep" -o part.h5 "${long[@]}" --interval 0.2 > killed.out 2>&1 &
runner=$!
for ((i = 0; i < 300; ++i)); do
    [ -e part.h5 ] && [ "$(value 'done' part.h5)" -gt 0 ] 2> /dev/null && break
    sleep 0.05
done
kill -KILL $runner
wait $runner 2> /dev/null
runner=''
kept=$(value 'done' part.h5)
[ "${kept:-0}" -gt 0 ] && [ "$kept" -lt 80 ] || fail "$kept of 80 trials when it was killed: not in the middle"
expect 0 "$SPECBIAS" status part.h5
says out "80: $kept done, 0 failed, $((80 - kept)) missing"
says out '^ended +not yet'
expect 0 "$SPECBIAS" verify part.h5
says out ", $((80 - kept)) missing, 0 damaged"
expect 0 on 2 run "$sweep" -o part.h5 "${long[@]}"
says err "training $((80 - kept)) trials on 2 ranks; $kept are done already"
says out "^$((80 - kept)) trials done"
expect 0 "$SPECBIAS" status part.h5
says out '^run +2,'
[ "$(digest part.h5)" = "$(digest whole.h5)" ] || fail "killed and resumed, the results differ"

# A trial that fails: its reason in status, exit code 1 now and when nothing is left to do. Steps of 1000 in every weight of
# 8 layers overflow float32 after a few updates; those of 1e-3 do not.
failing=(--set 'axes.training.learning_rate=[1e-3, 1000]' --set model.depth=8 --set 'seed=[1]')
expect 1 "$SPECBIAS" run "$sweep" -o failed.h5 "${failing[@]}"
says out '^2 trials done'
says out '^2 of 4 trials failed:'
says err '^specbias: 2 of 4 trials failed; --retry-failed'
expect 1 "$SPECBIAS" run "$sweep" -o failed.h5 "${failing[@]}"
says out 'is complete'
expect 0 "$SPECBIAS" status failed.h5
says out '^failed +2: the training loss'
