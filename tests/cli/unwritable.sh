# Claim: an output that cannot be written ends the run with exit code 74 and a message within seconds, on 1 and 3 ranks, and
# leaves no file behind.
. "$(dirname "$0")/../shell.sh"
sweep=$here/sweep.yaml

refused() { # FILE ARGUMENTS...
    local file=$1 ranks start
    shift
    for ranks in 1 3; do
        start=$SECONDS
        expect 74 on $ranks run "$sweep" -o "$file" "$@"
        [ $((SECONDS - start)) -le 20 ] || fail "$file: it took $((SECONDS - start)) s on $ranks ranks"
        [ "$(grep -c '^specbias: ' err)" -eq 1 ] || fail "$file: not one message on $ranks ranks"
        says err "$(basename "$file")"
        [ ! -e "$file" ] || [ -d "$file" ] || fail "$file was left behind"
    done
}

refused "$folder/no/such/folder/out.h5"
mkdir folder.h5
refused "$folder/folder.h5"
expect 2 on 3 run "$sweep" -o 'a:b.h5'
says err "'a:b.h5': .*give the results file another name"

[ "$(id -u)" -eq 0 ] && mkdir full && mount -t tmpfs -o size=256k tmpfs full 2> /dev/null ||
    skip "a missing folder is refused as claimed; the rest needs root and mount, to make full and read-only file systems"
clean_up() {
    cd /
    umount "$folder/full"
}
# 100 seeds, 1000 records: some 10 MB on a file system of 256 kB.
refused "$folder/full/out.h5" --set 'seed={from: 1, to: 100}' --set record.every=1 --set training.steps=1000
OMPI_MCA_io=ompio refused "$folder/full/out.h5" --set 'seed={from: 1, to: 100}' --set record.every=1 --set training.steps=1000
[ -z "$(ls -A full)" ] || fail "something was left on the full file system: $(ls -A full)"
mount -o remount,ro full || fail "mount"
refused "$folder/full/out.h5"
