#!/usr/bin/env bash
# Installs what the tests need, builds specbias with warnings as errors in build/ci, and runs its tests. Arguments go to
# ctest: tests/run.sh -L unit
set -euo pipefail

# shellcheck source=jobs/setup.sh
source "$(dirname "${BASH_SOURCE[0]}")/../jobs/setup.sh"

set_up test ci
build ci
cd "$root"
exec ctest --preset ci --parallel "$(nproc)" "$@"
