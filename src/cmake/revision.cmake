# Run at each build: writes HEADER with the revision that is being built, and touches it only when that has changed.
# Outside a git work tree (a release archive) the revision is "".
cmake_minimum_required(VERSION 3.21)
set(revision "")
if(EXISTS ${SOURCE}/.git)
  execute_process(COMMAND git describe --always --dirty --abbrev=12 WORKING_DIRECTORY ${SOURCE}
                  OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
file(CONFIGURE OUTPUT ${HEADER} CONTENT "#define SPECBIAS_REVISION \"@revision@\"\n" @ONLY)
