# Claim: whatever is wrong with a sweep is said with its place, ends with exit code 2, and leaves no file behind. Each file
# of bad/ names in its first line the place, a part of the message, and what is wrong with it.
. "$(dirname "$0")/../shell.sh"

# check FILE PATTERN ARGUMENTS...: `run` refuses FILE with a line that matches, and writes nothing. In a folder of its own.
check() {
    local file=$1 pattern=$2
    shift 2
    cd "$(mktemp -d -p "$folder")" && mkdir work mpi || exit 1
    export OMPI_MCA_orte_tmpdir_base=$PWD/mpi # or one start removes the folder in which the next makes its own
    expect 2 timeout 60 "$SPECBIAS" run "$file" -o work/results.h5 "$@"
    says err "$pattern"
    [ -z "$(ls -A work)" ] || fail "$file left $(ls -A work) behind"
}

# The same in the background, eight at a time: a start of MPI takes half a second, in which it mostly waits. Alone, Open MPI
# need not start its daemon for it.
export OMPI_MCA_ess_singleton_isolated=1
running=0 failures=0
refused() {
    if [ "$running" -eq 8 ]; then
        wait -n || failures=$((failures + 1))
        running=$((running - 1))
    fi
    local file=$1
    shift
    [ "${file#/}" != "$file" ] || file=$folder/$file
    (check "$file" "$@") &
    running=$((running + 1))
}

# What stands for itself in an extended regular expression.
literally() {
    sed 's/[][\.*^$+?(){}|]/\\&/g' <<< "$1"
}

count=0
for file in "$here"/bad/*.yaml; do
    IFS='|' read -r place part _ < "$file"
    place=${place#\# } part=${part# }
    refused "$file" "^(specbias: )?$(literally "$file:${place% }"): .*$(literally "${part% }")"
    count=$((count + 1))
done
[ "$count" -ge 40 ] || fail "only $count bad sweep files in $here/bad"

refused no-such-file.yaml 'no-such-file.yaml: cannot be opened: No such file'
mkdir folder.yaml
refused folder.yaml 'folder.yaml: found a folder'
refused /dev/zero '/dev/zero: found a device'

head -c 65536 /dev/urandom > garbage.yaml
refused garbage.yaml 'garbage.yaml:[0-9]+:[0-9]+: found'
printf 'specbias: 1\nname: caf\351\n' > latin1.yaml
refused latin1.yaml 'latin1.yaml:2:10: found byte 0xe9; allowed text in UTF-8'
printf '\377\376s\0p\0e\0c\0' > utf16.yaml
refused utf16.yaml 'utf16.yaml:1:1: found byte 0xff'
printf 'specbias: 1\n\0' > zero.yaml
refused zero.yaml 'zero.yaml:2:1: found byte 0x00'
: > empty.yaml
refused empty.yaml 'empty.yaml:1:1: found an empty file'
head -c 2000000 /dev/zero | tr '\0' '#' > huge.yaml
refused huge.yaml 'huge.yaml: found more than 1048576 bytes'
head -c 1000000 /dev/zero | tr '\0' '[' > brackets.yaml
refused brackets.yaml 'brackets.yaml:1:18: found more than 16 levels'

{
    printf 'specbias: 1\na: &a0 [x, x, x, x, x, x, x, x, x, x]\n'
    for i in 1 2 3 4 5 6 7 8 9; do
        alias="*a$((i - 1))"
        printf 'a%d: &a%d [%s, %s, %s, %s, %s, %s, %s, %s, %s, %s]\n' "$i" "$i" $(yes "$alias" | head -n 10)
    done
} > laughs.yaml
refused laughs.yaml 'laughs.yaml:[0-9]+:[0-9]+: found aliases that expand to too much'

printf 'specbias: 1\n' > good.yaml
refused good.yaml 'set model.widht=3: model: found the unknown key' --set model.widht=3
refused good.yaml "set model.width=-3: model.width: found '-3'" --set model.width=-3
refused good.yaml "set model.width: found no 'path=value'" --set model.width
refused good.yaml 'set training.loss=bce: training.loss: found bce' --set training.loss=bce
refused good.yaml 'axes.*1000000' --set 'axes.seed={from: 1, to: 1e6}' --set 'axes.model.width={from: 1, to: 1000}' \
    --set 'axes.training.steps={from: 1, to: 1000}'

for ((; running > 0; running--)); do
    wait -n || failures=$((failures + 1))
done
[ "$failures" -eq 0 ] || fail "$failures of the bad inputs were not refused as they should be"
