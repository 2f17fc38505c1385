# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where (docs/install.md). The components program, dev and, where it is
# built, python are packages of their own (package.cmake).
include(CMakePackageConfigHelpers)

# ---- The program, the hardware, the synthesis flow ----
install(TARGETS sumac RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
# The sweep stays behind: it writes a page of this tree.
install(DIRECTORY rtl synth DESTINATION ${CMAKE_INSTALL_DATADIR}/sumac COMPONENT program
  USE_SOURCE_PERMISSIONS PATTERN __pycache__ EXCLUDE PATTERN node_modules EXCLUDE PATTERN "sweep*" EXCLUDE)

# ---- Manual pages, completion, documents ----
# Both are made from what --help prints, by running the program.
set(help ${PROJECT_BINARY_DIR}/help)
add_custom_command(OUTPUT ${help}/completion/sumac
  COMMAND Python3::Interpreter -B ${PROJECT_SOURCE_DIR}/script/help $<TARGET_FILE:sumac> ${help}
  DEPENDS sumac ${PROJECT_SOURCE_DIR}/script/help ${PROJECT_SOURCE_DIR}/synth/flow/command.py
  COMMENT "Writing manual pages and completion" VERBATIM)
add_custom_target(sumac_help ALL DEPENDS ${help}/completion/sumac)
install(DIRECTORY ${help}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
install(FILES ${help}/completion/sumac
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}
  COMPONENT program FILES_MATCHING PATTERN "*.md" PATTERN "*.svg" PATTERN "*.png")
install(FILES README.md CHANGELOG.md CITATION.cff CONTRIBUTING.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright COMPONENT program)

# ---- The libraries, for CMake's find_package(Sumac) and for pkg-config ----
set(libraries sumac_sw sumac_model)  # each before those that it uses
set(hardware)
if(TARGET sumac_sim)
  list(PREPEND libraries sumac_sim)
  get_target_property(hardware sumac_sim LINK_LIBRARIES)
  list(REMOVE_ITEM hardware sumac::model)
  list(APPEND hardware sumac_verilator_runtime)
endif()
install(TARGETS ${libraries} EXPORT SumacTargets COMPONENT dev
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sumac COMPONENT dev)
if(hardware)  # what sumac::sim is made of: in a folder of its own
  install(TARGETS ${hardware} EXPORT SumacTargets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}/sumac COMPONENT dev)
endif()

set(config ${CMAKE_INSTALL_LIBDIR}/cmake/Sumac)
install(EXPORT SumacTargets NAMESPACE sumac:: DESTINATION ${config} COMPONENT dev)
configure_package_config_file(cmake/SumacConfig.cmake.in cmake/SumacConfig.cmake
  INSTALL_DESTINATION ${config} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(cmake/SumacConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/cmake/SumacConfig.cmake
  ${PROJECT_BINARY_DIR}/cmake/SumacConfigVersion.cmake DESTINATION ${config} COMPONENT dev)

# pkg-config's file finds the prefix from where it lies, so that --prefix may be chosen late.
set(PC_LIBRARIES ${libraries})
list(TRANSFORM PC_LIBRARIES PREPEND "-l")
list(TRANSFORM hardware PREPEND "-l" OUTPUT_VARIABLE PC_HARDWARE)
string(REPLACE ";" " " PC_LIBRARIES "${PC_LIBRARIES};${PC_HARDWARE}")
set(PC_FLAGS ${OpenMP_CXX_FLAGS})
file(RELATIVE_PATH PC_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/sumac.pc.in cmake/sumac.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/cmake/sumac.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libsumac-dev RENAME copyright
  COMPONENT dev)
install(DIRECTORY examples/consumer DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libsumac-dev/examples
  COMPONENT dev)
