# shellcheck shell=bash
# Shared by jobs/local.sh, jobs/submit.sh, tests/run.sh and .ci/run, which source it: packages, build, Python, cores.
# Ends with 69 (service unavailable) if something is missing that it cannot install.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

run_packages=(build-essential cmake ninja-build pkg-config libopenmpi-dev openmpi-bin libhdf5-openmpi-dev libblis-dev
    libfftw3-dev liblapacke-dev libglpk-dev libyaml-dev libpng-dev libjpeg-dev zlib1g-dev librandom123-dev libxxhash-dev
    python3-xarray python3-h5netcdf python3-matplotlib)
test_packages=(git clang-format libcmocka-dev hdf5-tools netcdf-bin python3-h5py python3-netcdf4 python3-yaml
    python3-torch python3-scipy slurm-wlm munge)

say() {
    printf '%s\n' "$*" >&2
}

# starts_with_sweep [ARGUMENT]...: ends with the script's usage() if it is asked for, or no sweep file comes first.
starts_with_sweep() {
    case ${1:-} in
    -h | --help)
        usage
        exit 0
        ;;
    '' | -*)
        usage >&2
        exit 2
        ;;
    esac
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# not_installed PACKAGE...: those of them that Debian's package manager does not know as installed.
not_installed() {
    comm -23 <(printf '%s\n' "$@" | sort) \
        <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' | sort)
}

# The first interpreter that can read results; $SPECBIAS_PYTHON is asked first. /usr/bin/python3 is where Debian's
# packages are, whatever comes first on the PATH.
find_python() {
    local candidate
    for candidate in ${SPECBIAS_PYTHON:+"$SPECBIAS_PYTHON"} python3 /usr/bin/python3; do
        if "$candidate" -c 'import h5netcdf, matplotlib, xarray' >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

ways_to_get_them() {
    cat >&2 <<END
Ways to get them:
  an administrator of a Debian or Ubuntu machine:
      apt-get install --no-install-recommends $*
  a cluster's modules, such as:
      module load gcc cmake openmpi hdf5 fftw        (an HDF5 that was built with this MPI)
  Spack:
      spack env create specbias $root/jobs/spack.yaml && spack env activate specbias && spack install
  conda, then Random123's headers from its release archive:
      conda create -n specbias -c conda-forge c-compiler cmake ninja pkg-config openmpi 'hdf5=*=mpi_openmpi*' \\
          blis fftw liblapacke glpk yaml libpng libjpeg-turbo zlib xxhash cmocka xarray \\
          h5netcdf matplotlib-base && conda activate specbias
What lies in a folder of its own is found through CMAKE_PREFIX_PATH=<prefix>:<prefix> in the environment.
END
}

# set_up run|test PRESET [cmake option]...: installs what is missing and configures build/PRESET.
set_up() {
    local packages=("${run_packages[@]}") missing=() as_root=()
    [ "$1" = test ] && packages+=("${test_packages[@]}")
    if have dpkg-query && have apt-get; then
        mapfile -t missing < <(not_installed "${packages[@]}")
        if [ "$(id -u)" -eq 0 ]; then
            as_root=(env)
        elif have sudo && sudo -n true 2>/dev/null; then
            as_root=(sudo -n env)
        fi
        if [ ${#missing[@]} -gt 0 ] && [ ${#as_root[@]} -gt 0 ]; then
            say "Installing ${missing[*]}"
            as_root+=(DEBIAN_FRONTEND=noninteractive apt-get -qq)
            if ! { "${as_root[@]}" update && "${as_root[@]}" install -y --no-install-recommends "${missing[@]}"; } \
                </dev/null >&2; then
                say "apt-get could not install ${missing[*]}; its messages are above"
                exit 69
            fi
            missing=()
        fi
    fi
    configure "$2" "${missing[*]:-${packages[*]}}" "${@:3}"
}

# configure PRESET PACKAGES [cmake option]...: prepares build/PRESET if that has not been done. Without a package manager
# to ask, what counts is what can be found; what cannot is listed in one go, with ways to get PACKAGES.
configure() {
    local folder=$root/build/$1 lacking='' log
    if [ -f "$folder/build.ninja" ] || [ -f "$folder/Makefile" ]; then
        return
    fi
    have "${CC:-cc}" || lacking+='  a C compiler (cc, or name it in CC)'$'\n'
    have cmake || lacking+='  CMake 3.21 or later'$'\n'
    have ninja || have make || lacking+='  Ninja or make'$'\n'
    have mpirun || have mpiexec || lacking+='  MPI (mpirun)'$'\n'
    if ! find_python >/dev/null; then
        say "No Python 3 with xarray, h5netcdf and matplotlib was found: only figures need them" \
            "(python3 -m pip install --user xarray h5netcdf matplotlib; or name the interpreter in SPECBIAS_PYTHON)."
    fi
    if have ninja; then
        export CMAKE_GENERATOR=${CMAKE_GENERATOR:-Ninja}
    fi
    mkdir -p "$folder"
    log=$folder/configure.log
    if have cmake && have "${CC:-cc}"; then
        if (cd "$root" && cmake --preset "$1" "${@:3}") >"$log" 2>&1; then
            return
        fi
        rm -f "$folder/CMakeCache.txt"
        sed -n '/^CMake Error/,/^Call Stack/p' "$log" | grep -v '^Call Stack' >&2
    fi
    [ -z "$lacking" ] || say "Missing:"$'\n'"$lacking"
    ways_to_get_them "$2"
    exit 69
}

# build PRESET [TARGET]...
build() {
    local folder=$root/build/$1 log=$root/build/$1/build.log program=$root/build/$1/src/cli/specbias
    [ -f "$folder/built" ] || say "Building specbias in build/$1"
    if ! cmake --build "$folder" --parallel "$(nproc)" ${2:+--target "${@:2}"} >"$log" 2>&1; then
        cat "$log" >&2
        say "The build failed; its messages are in $log"
        exit 70
    fi
    if [ -f "$folder/built" ] && [ ! "$program" -nt "$folder/built" ]; then
        say "Nothing to install or build: build/$1 is up to date"
    fi
    touch "$folder/built"
}

# Physical cores that this process may use: two ranks on one core's two threads only disturb each other.
count_cores() {
    local threads cores
    threads=$(nproc)
    cores=$(LC_ALL=C lscpu --parse=CORE,SOCKET 2>/dev/null | grep -v '^#' | sort -u | wc -l)
    echo $((cores > 0 && cores < threads ? cores : threads))
}

# cached PRESET VARIABLE: a value from CMake's cache.
cached() {
    sed -n "s/^$2:[A-Z]*=//p" "$root/build/$1/CMakeCache.txt"
}
