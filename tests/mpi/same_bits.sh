# Claim: one sweep gives the same bits on 1, 2, 3 and 5 ranks: every value outside /provenance and the bookkeeping of runs,
# by h5diff, and the digest; and on several ranks several of them trained. 12 trials, whose costs differ by a factor of some
# 50, over two axes, with six probes.
. "$(dirname "$0")/../shell.sh"
command -v h5diff > /dev/null || skip "no h5diff (Debian: hdf5-tools)"
cat > sweep.yaml << 'END'
specbias: 1
name: same-bits
target: {kind: sinusoids, samples: 200, frequencies: {from: 5, to: 50, by: 5}, phases: random}
model: {depth: 4}
training: {learning_rate: 3e-4, steps: 60, batch: 64}
record: {every: 20}
probes:
  spectrum: {full: true}
  spectral_norm: {}
  regions: {at: last}
  hamming: {windows: 2, window_pairs: 20, global_pairs: 100, at: last}
  perturbation: {magnitudes: [0, 0.5, 2], directions: 5, at: last}
  parameters: {at: [0, last]}
axes:
  - seed: {from: 0, to: 2}
  - zip: {name: size, model.width: [16, 64, 300, 128], training.steps: [1500, 500, 60, 200]}
END

# Makes the bookkeeping of runs zero. --exclude-path is not enough: h5diff follows the references from a dimension's scale
# to what it is the scale of, /trial/seconds among them (and its --exclude-attribute does nothing in HDF5 1.10.8).
forget_runs() {
    local dataset size offset
    for dataset in /trial/seconds /trial/run; do
        read -r size offset < <(h5dump -p -H -d $dataset "$1" | tr -d '\n' |
            sed -nE 's/.*CONTIGUOUS +SIZE ([0-9]+) +OFFSET ([0-9]+).*/\1 \2/p')
        [ -n "$offset" ] || fail "h5dump does not say where $dataset lies in $1"
        dd if=/dev/zero of="$1" bs=1 seek="$offset" count="$size" conv=notrunc status=none || fail "dd"
    done
}

# compare CODE FILE FILE: h5diff's verdict. What it cannot compare are dimensions without values of their own.
compare() {
    expect "$1" h5diff -c --exclude-path /provenance "$2" "$3"
    ! grep 'Not comparable' out | grep -v 'is an empty dataset' || fail "h5diff cannot compare $2 and $3"
}

for ranks in 1 2 3 5; do
    expect 0 on $ranks run sweep.yaml -o $ranks.h5 --interval 0.1
    workers=$(sed -nE 's/^12 trials done in .* by ([0-9]+) of [0-9]+ ranks.*/\1/p' out)
    [ "${workers:-0}" -ge $((ranks > 1 ? 2 : 1)) ] || fail "only ${workers:-0} of $ranks ranks trained"
    expect 0 "$SPECBIAS" verify $ranks.h5
    says out '12 trials: 12 done, 0 failed, 0 missing, 0 damaged'
    forget_runs $ranks.h5
    compare 0 1.h5 $ranks.h5
    [ "$(digest $ranks.h5)" = "$(digest 1.h5)" ] || fail "the digests of 1 and $ranks ranks differ"
done

# The comparison would notice: another seed gives another digest, and h5diff finds it.
expect 0 "$SPECBIAS" run sweep.yaml -o other.h5 --set 'seed={from: 1, to: 3}'
[ "$(digest other.h5)" != "$(digest 1.h5)" ] || fail "the digest does not see other results"
forget_runs other.h5
compare 1 1.h5 other.h5
