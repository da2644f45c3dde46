# Finds what specbias is built on. What is missing is listed once, all of it, each with its Debian package and the
# variable that says where it is. pkg-config is asked where it is there; clusters often have no .pc files.
#
# Gives the targets MPI::MPI_C, hdf5::hdf5, hdf5::hdf5_hl, blis::blis, fftw3::fftw3, lapacke::lapacke, glpk::glpk,
# yaml::yaml, PNG::PNG, JPEG::JPEG, ZLIB::ZLIB, xxhash::xxhash, random123::random123, cmocka::cmocka (with
# SPECBIAS_TESTS), and the variables
#   SPECBIAS_OPEN_MPI     true if the MPI is Open MPI
#   SPECBIAS_BLIS_VERSION version of the BLIS that runs, such as 0.9.0

set(sb_missing "")

function(sb_report_missing what package how)
  set(sb_missing "${sb_missing}  ${what}\n      Debian: ${package}\n      CMake:  ${how}\n" PARENT_SCOPE)
endfunction()

# sb_library(<name> HEADER <file> [LIBRARY <name>] [MODULE <pkg-config module>] [SUFFIX <include folder>]
#            WHAT <description> PACKAGE <Debian package>)
# makes the target <name>::<name> from <NAME>_INCLUDE_DIR and <NAME>_LIBRARY (no LIBRARY: headers only).
function(sb_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "HEADER;LIBRARY;MODULE;SUFFIX;WHAT;PACKAGE" "")
  string(TOUPPER ${name} NAME)
  if(PkgConfig_FOUND AND arg_MODULE)
    pkg_check_modules(PC_${NAME} QUIET ${arg_MODULE})
  endif()
  set(roots HINTS ENV ${NAME}_ROOT ENV ${NAME}_DIR ENV ${NAME}_HOME)
  find_path(${NAME}_INCLUDE_DIR NAMES ${arg_HEADER} ${roots} ${PC_${NAME}_INCLUDE_DIRS} PATHS ENV CPATH
            PATH_SUFFIXES include ${arg_SUFFIX} include/${arg_SUFFIX})
  set(how "-D${NAME}_INCLUDE_DIR=<folder of ${arg_HEADER}>")
  set(found ${${NAME}_INCLUDE_DIR})
  if(arg_LIBRARY)
    find_library(${NAME}_LIBRARY NAMES ${arg_LIBRARY} ${roots} ${PC_${NAME}_LIBRARY_DIRS} PATHS ENV LIBRARY_PATH
                 PATH_SUFFIXES lib lib64)
    string(APPEND how " -D${NAME}_LIBRARY=<lib${arg_LIBRARY}.so>")
    if(NOT ${NAME}_LIBRARY)
      set(found FALSE)
    endif()
  endif()
  if(NOT found)
    sb_report_missing("${arg_WHAT}" "${arg_PACKAGE}" "${how}")
    set(sb_missing "${sb_missing}" PARENT_SCOPE)
    return()
  endif()
  add_library(${name}::${name} INTERFACE IMPORTED GLOBAL)
  target_include_directories(${name}::${name} INTERFACE ${${NAME}_INCLUDE_DIR})
  if(arg_LIBRARY)
    target_link_libraries(${name}::${name} INTERFACE ${${NAME}_LIBRARY})
  endif()
endfunction()

find_package(PkgConfig QUIET)
find_package(MPI QUIET COMPONENTS C)
if(NOT MPI_C_FOUND)
  sb_report_missing("MPI, version 3 or later" "libopenmpi-dev openmpi-bin" "-DMPI_HOME=<prefix>")
endif()
set(HDF5_PREFER_PARALLEL ON)
find_package(HDF5 QUIET COMPONENTS C HL)
if(NOT HDF5_FOUND)
  sb_report_missing("parallel HDF5 with its high-level library" "libhdf5-openmpi-dev" "-DHDF5_ROOT=<prefix>")
elseif(NOT HDF5_IS_PARALLEL)
  sb_report_missing("parallel HDF5 (the one in ${HDF5_C_INCLUDE_DIRS} was built without MPI)" "libhdf5-openmpi-dev"
                    "-DHDF5_ROOT=<prefix>")
endif()
sb_library(blis HEADER blis.h LIBRARY blis SUFFIX blis WHAT "BLIS, matrix products" PACKAGE libblis-dev)
sb_library(fftw3 HEADER fftw3.h LIBRARY fftw3 MODULE fftw3 WHAT "FFTW 3, Fourier transforms in double precision"
           PACKAGE libfftw3-dev)
sb_library(lapacke HEADER lapacke.h LIBRARY lapacke MODULE lapacke SUFFIX openblas
           WHAT "LAPACKE, eigenvalues of symmetric matrices" PACKAGE liblapacke-dev)
sb_library(glpk HEADER glpk.h LIBRARY glpk WHAT "GLPK, linear programmes" PACKAGE libglpk-dev)
sb_library(yaml HEADER yaml.h LIBRARY yaml MODULE yaml-0.1 WHAT "libyaml, reads sweep files" PACKAGE libyaml-dev)
sb_library(xxhash HEADER xxhash.h LIBRARY xxhash MODULE libxxhash WHAT "xxHash 0.8 or later, checksums"
           PACKAGE libxxhash-dev)
sb_library(random123 HEADER Random123/philox.h WHAT "Random123, counter-based random numbers (headers only)"
           PACKAGE librandom123-dev)
foreach(format "PNG;libpng-dev;PNG images" "JPEG;libjpeg-dev;JPEG images" "ZLIB;zlib1g-dev;zlib, compressed data files")
  list(GET format 0 name)
  list(GET format 1 package)
  list(GET format 2 what)
  find_package(${name} QUIET)
  if(NOT ${name}_FOUND)
    sb_report_missing("${what}" "${package}" "-D${name}_ROOT=<prefix>")
  endif()
endforeach()
if(SPECBIAS_TESTS)
  sb_library(cmocka HEADER cmocka.h LIBRARY cmocka MODULE cmocka
             WHAT "cmocka, for the unit tests only (without it: -DSPECBIAS_TESTS=OFF)" PACKAGE libcmocka-dev)
endif()

if(sb_missing)
  message(FATAL_ERROR
    "specbias needs what is listed here, and did not find it:\n${sb_missing}"
    "Install the Debian packages, load your cluster's modules, or use jobs/spack.yaml; prefixes can be given together "
    "as -DCMAKE_PREFIX_PATH=\"<prefix>;<prefix>\".")
endif()

# LAPACK calls the BLAS that is loaded first: BLIS's, on which it is many times faster than on the reference BLAS.
get_target_property(sb_lapacke lapacke::lapacke INTERFACE_LINK_LIBRARIES)
set_target_properties(lapacke::lapacke PROPERTIES INTERFACE_LINK_LIBRARIES "blis::blis;${sb_lapacke}")

# The libraries must also fit each other: that is seen by running them.
if(NOT DEFINED SPECBIAS_BLIS_VERSION)
  try_run(sb_runs sb_compiles ${CMAKE_BINARY_DIR}/dependencies ${CMAKE_CURRENT_LIST_DIR}/dependencies.c
          LINK_LIBRARIES hdf5::hdf5 MPI::MPI_C blis::blis ${CMAKE_DL_LIBS} m
          COMPILE_OUTPUT_VARIABLE sb_compiler_said RUN_OUTPUT_VARIABLE sb_libraries_said)
  if(NOT sb_compiles)
    message(FATAL_ERROR "a program that uses MPI, parallel HDF5 and BLIS together does not compile:\n${sb_compiler_said}")
  elseif(NOT sb_runs EQUAL 0)
    unset(sb_runs CACHE)
    unset(sb_compiles CACHE)
    message(FATAL_ERROR "MPI, HDF5 and BLIS do not fit each other: ${sb_libraries_said}")
  endif()
  string(REGEX MATCH "blis ([^\n]*)\nopen_mpi ([01])" matched "${sb_libraries_said}")
  set(SPECBIAS_BLIS_VERSION "${CMAKE_MATCH_1}" CACHE INTERNAL "Version of BLIS")
  set(SPECBIAS_OPEN_MPI "${CMAKE_MATCH_2}" CACHE INTERNAL "Is the MPI Open MPI?")
  message(STATUS "Found parallel HDF5 ${HDF5_VERSION}, built with the MPI in use; BLIS ${SPECBIAS_BLIS_VERSION}")
endif()
