# sb_clones(<source>...): functions marked SB_CLONES in these sources of the current folder are compiled for each instruction
# set, and the loader chooses. Features, not names such as "arch=haswell", which match that one processor only. Square roots
# need -fno-math-errno to be vectorised.
include(CheckCSourceCompiles)
check_c_source_compiles("
  __attribute__((target_clones(\"default\", \"avx2\", \"avx512f\"))) static int twice(int x) { return 2 * x; }
  int main(void) { return twice(0); }" SPECBIAS_HAVE_TARGET_CLONES)
if(SPECBIAS_HAVE_TARGET_CLONES)
  set(sb_clones "__attribute__((target_clones(\"default\",\"avx2\",\"avx512f\")))")
endif()

function(sb_clones)
  set_source_files_properties(${ARGN} PROPERTIES
    COMPILE_DEFINITIONS "SB_CLONES=${sb_clones}"
    COMPILE_OPTIONS "-fno-math-errno;$<$<NOT:$<CONFIG:Debug>>:-O3>")
endfunction()
