# Claim: wherever a rank is killed in a round and whichever call fails, the run ends (exit code 74 where a call failed), no
# slot says done that is not, and a resumed run ends with the digest of one that was never interrupted. With the argument
# `all` every call fails in turn, else some of them.
. "$(dirname "$0")/../shell.sh"
sweep=$here/../cli/sweep.yaml
sparse=1
[ "${1:-}" != all ] || sparse=0
# 12 trials in several rounds.
settings=(--set 'seed={from: 1, to: 6}' --set training.steps=2000 --set record.every=500 --interval 0.01 --quiet)

# done_and_digest FILE: what verify counts and its digest; it must find nothing wrong.
done_and_digest() {
    "$SPECBIAS" verify "$1" > verified 2>&1 || fail "$fault on $ranks ranks: $(cat verified)"
    grep -q ', 0 failed, .*, 0 damaged' verified || fail "$fault on $ranks ranks: $(cat verified)"
    sed -nE 's/.* ([0-9]+) done, .*/\1/p; s/^digest: //p' verified | tr '\n' ' '
}

# broken FAULT: a run with this fault on $ranks ranks, then what is left of it. Its exit code is in $code.
broken() {
    fault=$1 code=0
    rm -f part.h5*
    SPECBIAS_FAULT=$fault on $ranks run "$sweep" -o part.h5 "${settings[@]}" > out 2> err < /dev/null || code=$?
    [ $code -ne 124 ] || fail "$fault on $ranks ranks: it hangs"
    [ ! -e part.h5 ] || done_and_digest part.h5 > kept || exit 1
}

resume() { # RANKS
    expect 0 on "$1" run "$sweep" -o part.h5 "${settings[@]}"
    [ "$(done_and_digest part.h5)" = "$reference" ] || fail "$fault on $ranks ranks: resumed, the results differ"
}

# kill_at POINT:N@RANK
kill_at() {
    broken "kill:$1"
    [ $code -ne 0 ] || fail "$fault on $ranks ranks: not killed"
    resume $((4 - ranks))
}

# fail_calls CALL ERROR RANK: the calls of a run, one by one, until the run has fewer.
fail_calls() {
    local number=1
    while broken "$1:$number:$2@$3" && [ $code -ne 0 ]; do
        [ $code -eq 74 ] || fail "$fault on $ranks ranks: exit code $code"
        says err 'as SPECBIAS_FAULT says'
        resume 1
        number=$((number + 1 + sparse * number))
    done
    [ $number -gt 1 ] || fail "$fault on $ranks ranks: nothing fails"
}

# fail_checkpoints RANK: the calls that concern checkpoints, one by one, until there are fewer. The run goes on without.
fail_checkpoints() {
    local number=1
    while broken "checkpoint:$number:ENOSPC@$1" && grep -q 'as SPECBIAS_FAULT says' err; do
        [ $code -eq 0 ] || fail "$fault on $ranks ranks: exit code $code"
        says err 'the run goes on'
        [ "$(cat kept)" = "$reference" ] || fail "$fault on $ranks ranks: the results differ"
        number=$((number + 1 + sparse * number))
    done
    [ $number -gt 4 ] || fail "$fault on $ranks ranks: no checkpoint fails"
    [ $code -eq 0 ] || fail "$fault on $ranks ranks: exit code $code"
}

# Whichever call fails in the second checkpoint, a kill in the third leaves one to go on from: the first, or the second
# if it was completed. One trial is in flight all the time.
kill_after_failure() { # CALL: of the rank, from 1; a checkpoint makes 6 on 1 rank
    local code=0
    fault=checkpoint:$1:EIO,kill:checkpoint-written:3
    rm -f part.h5*
    SPECBIAS_FAULT=$fault on 1 run "$sweep" -o part.h5 "${long[@]}" > out 2> err < /dev/null || code=$?
    [ $code -eq 137 ] || fail "$fault: exit code $code"
    says err 'the run goes on: .*as SPECBIAS_FAULT says'
    expect 0 on 1 run "$sweep" -o part.h5 "${long[@]}"
    says err '1 goes on from a checkpoint'
    [ "$(done_and_digest part.h5)" = "$long_reference" ] || fail "$fault: resumed, the results differ"
}

fault=none ranks=1
expect 2 env SPECBIAS_FAULT=write:3:NONSENSE "$SPECBIAS" run "$sweep" -o part.h5
says err "SPECBIAS_FAULT is for tests and holds 'write:3:NONSENSE'"
expect 0 on 1 run "$sweep" -o whole.h5 "${settings[@]}"
reference=$(done_and_digest whole.h5) || exit 1
[ "${reference%% *}" = 12 ] || fail "not 12 trials: $reference"

long=(--set seed=1 --set training.steps=100000 --set record.every=50000 --interval 0.01)
expect 0 on 1 run "$sweep" -o long.h5 "${long[@]}"
long_reference=$(done_and_digest long.h5) || exit 1
for call in 8 11 12; do
    kill_after_failure $call
done

for ranks in 1 3; do
    last=$((ranks - 1))
    for where in naming:1@0 named:1@0 filled:1@$last opened:1@0 before-payload:1@$last after-payload:1@0 \
        after-flush:1@$last after-readback:1@0 after-states:1@$last after-last-flush:1@0 \
        before-checkpoint:1@$last checkpoint-opened:1@0 checkpoint-written:1@$last checkpoint-synced:2@0 \
        checkpoint-headed:1@0 checkpoint-headed:2@$last after-checkpoint:1@0 after-checkpoint:2@$last \
        checkpoint-removed:3@0; do
        kill_at $where
    done
    # In the middle of its rounds, of which there are more on a slow machine.
    SPECBIAS_FAULT=trace:trace@0 expect 0 on $ranks run "$sweep" -o "traced$ranks.h5" "${settings[@]}"
    rounds=$(grep -c after-states trace)
    rm trace
    kill_at after-states:$(((rounds + 1) / 2))@$last
    [ "$(cut -d ' ' -f 1 kept)" -gt 0 ] || fail "$fault on $ranks ranks: nothing was kept of the rounds before"
    for call in 'open EACCES' 'write ENOSPC' 'flush EIO' 'readback ESTALE'; do
        fail_calls $call $last
    done
    fail_calls reserve EDQUOT 0
    fail_checkpoints $last
done
