# Claim: where nothing was reserved and the disk fills up in the middle or at the end of a sweep, the run ends with exit code
# 74 within 20 s, with ROMIO and with OMPIO, on 1 and 3 ranks; no slot says done that is not; and once there is space, a
# resumed run ends with the digest of one that was never interrupted.
. "$(dirname "$0")/../shell.sh"
sweep=$here/../cli/sweep.yaml
settings=(--set 'seed={from: 1, to: 40}' --set training.steps=400 --set record.every=2 --interval 0.02 --quiet)
unreserved=skip:reserve,skip:fill

[ "$(id -u)" -eq 0 ] && mkdir disk && mount -t tmpfs -o size=64m tmpfs disk 2> /dev/null ||
    skip "to make a file system that fills up it needs root and mount"
clean_up() {
    cd /
    umount "$folder/disk"
}
file=$folder/disk/part.h5

used() {
    du -k "$file" | cut -f 1
}
digest() {
    expect 0 "$SPECBIAS" verify "$file"
    says out ', 0 failed, .*, 0 damaged'
    sed -n 's/^digest: //p' out
}

expect 137 env SPECBIAS_FAULT=$unreserved,kill:opened:1 "$SPECBIAS" run "$sweep" -o "$file" "${settings[@]}"
empty=$(used)
expect 0 env SPECBIAS_FAULT=$unreserved "$SPECBIAS" run "$sweep" -o "$file" "${settings[@]}"
full=$(used)
[ $((full - empty)) -ge 100 ] || fail "the results take only $((full - empty)) KiB of $full: nothing to run out of"
reference=$(digest) || exit 1

# fills_up SIZE COMPONENT RANKS
fills_up() {
    local start
    rm -f "$file"
    mount -o "remount,size=$1k" disk || fail "mount"
    start=$SECONDS
    OMPI_MCA_io=$2 SPECBIAS_FAULT=$unreserved expect 74 on "$3" run "$sweep" -o "$file" "${settings[@]}"
    [ $((SECONDS - start)) -le 20 ] || fail "$*: it took $((SECONDS - start)) s"
    says err 'part.h5'
    expect 0 "$SPECBIAS" verify "$file"
    says out ', 0 failed, [1-9][0-9]* missing, 0 damaged'
    says out ' [1-9][0-9]* done,'
    mount -o remount,size=64m disk || fail "mount"
    expect 0 on $((4 - $3)) run "$sweep" -o "$file" "${settings[@]}"
    [ "$(digest)" = "$reference" ] || fail "$*: resumed, the results differ"
}

for component in ^ompio ompio; do
    for ranks in 1 3; do
        fills_up $(((empty + full) / 2)) $component $ranks
        fills_up $((full - 4)) $component $ranks # the last page is missing
    done
done
