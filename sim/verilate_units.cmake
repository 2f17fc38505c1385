# SPDX-License-Identifier: Apache-2.0
# cmake -DNAME=model -DDIR=folder -P verilate_units.cmake: writes NAME_hot.cc and NAME_cold.cc,
# which include the C++ files that Verilator has written to DIR.
file(GLOB files RELATIVE ${DIR} ${DIR}/${NAME}*.cpp)
list(SORT files)
set(hot "")
set(cold "")
foreach(file IN LISTS files)
  if(file MATCHES "__(Slow|Syms|Trace.*)\\.cpp$")
    string(APPEND cold "#include \"${file}\"\n")
  else()
    string(APPEND hot "#include \"${file}\"\n")
  endif()
endforeach()
file(WRITE ${DIR}/${NAME}_hot.cc "${hot}")
file(WRITE ${DIR}/${NAME}_cold.cc "${cold}")
