# SPDX-License-Identifier: Apache-2.0
# sumac_verilate(NAME TOP module [PARAMS Rows=4 ...] [SOURCES more.sv ...] [RANDOM_POWER_UP] [TRACE] [UNCOUNTED]):
# a static library NAME with class NAME in "NAME.h", the cycle-accurate C++ model of a module of rtl/
# (or of SOURCES) at these parameters. Assertions are on. RANDOM_POWER_UP lets
# VerilatedContext::randReset(2) fill all registers at random, and makes don't-care values random
# too. TRACE compiles FST tracing in, which costs speed even where it is not used.
# With SUMAC_COVERAGE all models but the UNCOUNTED ones, the program's arrays, count what they run
# (coverage_points.h), the events of tests/coverage/events.sv too.
include_guard(GLOBAL)

find_program(VERILATOR verilator)
if(NOT VERILATOR)
  message(FATAL_ERROR
    "verilator is missing: run script/setup, or configure with -DSUMAC_RTL=OFF (preset no-rtl)")
endif()
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
execute_process(COMMAND ${VERILATOR} --getenv VERILATOR_ROOT
  OUTPUT_VARIABLE SUMAC_VERILATOR_ROOT OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)

set(SUMAC_RTL_DIR ${PROJECT_SOURCE_DIR}/rtl CACHE INTERNAL "")
set(SUMAC_VERILATE_UNITS ${CMAKE_CURRENT_LIST_DIR}/verilate_units.cmake CACHE INTERNAL "")
file(GLOB SUMAC_RTL_FILES CONFIGURE_DEPENDS
  ${SUMAC_RTL_DIR}/*.sv ${SUMAC_RTL_DIR}/*.svh ${SUMAC_RTL_DIR}/*.f ${SUMAC_RTL_DIR}/*.vlt)
if(SUMAC_COVERAGE)
  list(APPEND SUMAC_RTL_FILES ${PROJECT_SOURCE_DIR}/tests/coverage/events.sv)
endif()
set(SUMAC_RTL_FILES ${SUMAC_RTL_FILES} CACHE INTERNAL "")

# Verilator's run-time library, once for all models; a failed assertion is thrown as an Error.
add_library(sumac_verilator_runtime STATIC
  ${SUMAC_VERILATOR_ROOT}/include/verilated.cpp
  ${SUMAC_VERILATOR_ROOT}/include/verilated_threads.cpp
  ${SUMAC_VERILATOR_ROOT}/include/verilated_fst_c.cpp
  ${CMAKE_CURRENT_LIST_DIR}/verilated_stop.cc
  $<$<BOOL:${SUMAC_COVERAGE}>:${CMAKE_CURRENT_LIST_DIR}/coverage_points.cc>)
target_include_directories(sumac_verilator_runtime SYSTEM PUBLIC
  $<BUILD_INTERFACE:${SUMAC_VERILATOR_ROOT}/include>
  $<BUILD_INTERFACE:${SUMAC_VERILATOR_ROOT}/include/vltstd>)
target_include_directories(sumac_verilator_runtime PRIVATE ${PROJECT_SOURCE_DIR})
target_compile_definitions(sumac_verilator_runtime PRIVATE VL_USER_STOP VL_USER_FATAL)
target_compile_options(sumac_verilator_runtime PRIVATE -w)
if(SUMAC_SANITIZE)  # of GTKWave's writer of FST files and its LZ4, addresses are checked, nothing else
  set_source_files_properties(${SUMAC_VERILATOR_ROOT}/include/verilated_fst_c.cpp
    PROPERTIES COMPILE_OPTIONS -fno-sanitize=undefined)
endif()
target_link_libraries(sumac_verilator_runtime PUBLIC Threads::Threads ZLIB::ZLIB PRIVATE sumac::model)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)  # it calls for std::atomic's library where GCC does not
  target_link_libraries(sumac_verilator_runtime PUBLIC atomic)
endif()

function(sumac_verilate name)
  cmake_parse_arguments(ARG "TRACE;RANDOM_POWER_UP;UNCOUNTED" "TOP" "PARAMS;SOURCES" ${ARGN})
  set(dir ${CMAKE_CURRENT_BINARY_DIR}/${name}.verilated)
  # Verilator's list of generated files depends on the model's size: two units of known names, the
  # hot code and what runs once, include them all.
  set(units ${dir}/${name}_hot.cc ${dir}/${name}_cold.cc)
  list(TRANSFORM ARG_PARAMS PREPEND "-G" OUTPUT_VARIABLE params)
  set(trace "")
  if(ARG_TRACE)
    set(trace --trace-fst)
  endif()
  set(coverage "")
  set(counts "")
  set(optimise -O2)
  if(SUMAC_COVERAGE AND NOT ARG_UNCOUNTED)
    # Modules are not inlined, so that all instances of one share code: counting makes much of it.
    # Of vectors wider than 64 bits, which hold the lanes of other modules, toggles are not counted.
    set(coverage --coverage-line --coverage-user --coverage-toggle --coverage-max-width 64 -fno-inline
      tests/coverage/events.sv)
    set(counts -DCOVERAGE=1)
    set(optimise -O1)
  endif()
  set(power_up fast)
  if(ARG_RANDOM_POWER_UP)
    set(power_up unique)
  endif()
  # Sources by their paths within the project: the generated code names them, and so is the same in
  # every clone.
  list(TRANSFORM ARG_SOURCES REPLACE "^${PROJECT_SOURCE_DIR}/" "" OUTPUT_VARIABLE sources)
  add_custom_command(OUTPUT ${units} ${dir}/${name}.h
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${dir}
    COMMAND ${VERILATOR} --cc --assert -Wall -O3 --x-assign ${power_up} --x-initial ${power_up} ${trace}
            ${coverage} -Irtl rtl/sumac.vlt -F rtl/sumac.f ${sources}
            --top-module ${ARG_TOP} ${params} --prefix ${name} -Mdir ${dir}
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DDIR=${dir} ${counts} -P ${SUMAC_VERILATE_UNITS}
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    DEPENDS ${SUMAC_RTL_FILES} ${ARG_SOURCES} ${SUMAC_VERILATE_UNITS}
    COMMENT "Verilating ${name}" VERBATIM)
  add_library(${name} STATIC ${units})
  target_include_directories(${name} SYSTEM PUBLIC $<BUILD_INTERFACE:${dir}>)
  if(counts)
    target_include_directories(${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>)
  endif()
  target_compile_definitions(${name} PRIVATE
    VM_COVERAGE=$<BOOL:${counts}> VM_SC=0 VM_TRACE=$<BOOL:${ARG_TRACE}> VM_TRACE_FST=$<BOOL:${ARG_TRACE}> VM_TRACE_VCD=0)
  # Generated code: no warnings of ours. Without optimisation a model would be ten times slower
  # and the tests with it, so debug builds have it too.
  target_compile_options(${name} PRIVATE -w)
  if(SUMAC_SANITIZE)  # it records words at any address
    target_compile_options(${name} PRIVATE -fno-sanitize=alignment)
  endif()
  set_source_files_properties(${dir}/${name}_hot.cc PROPERTIES COMPILE_OPTIONS ${optimise})
  set_source_files_properties(${dir}/${name}_cold.cc PROPERTIES COMPILE_OPTIONS -O0)
  target_link_libraries(${name} PUBLIC sumac_verilator_runtime)
endfunction()
